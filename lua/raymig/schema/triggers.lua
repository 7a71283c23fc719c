--- Triggers, policies and rules: in the list of a table or a view, or with `on`.

local host = ...

local check = host.require "raymig.schema.check"
local parts = host.require "raymig.schema.parts"
local refs = host.require "raymig.schema.refs"

local M = {}

local ENABLED = { "disabled", "replica", "always" }
local EVENTS = { "insert", "update", "delete", "truncate" }

local TRIGGER = { timing = { "before", "after", "instead of" }, events = "texts",
  columns = "columns", level = { "row", "-statement" }, when = "sql", execute = "routine",
  arguments = "texts", constraint = "flag", from = "relation", deferrable = "flag",
  deferred = "flag", old_table = "name", new_table = "name", enabled = ENABLED }

local function required(attributes, key, at, example)
  if attributes[key] == nil then
    check.fail(at.place, ("%s: \"%s\" is missing"):format(at.what, key), example)
  end
end

local function build_trigger(draft, attributes, at)
  required(attributes, "timing", at, "Say timing = \"before\", \"after\" or \"instead of\".")
  required(attributes, "events", at, "Say events = { \"insert\", \"update\" }.")
  required(attributes, "execute", at, "Say execute = a function, by handle or name.")
  for i, event in ipairs(attributes.events) do
    attributes.events[i] = check.choice(event, { place = at.place, what = at.what,
      key = ("event %d"):format(i) }, EVENTS)
  end
  attributes["function"], attributes.execute = attributes.execute, nil
  local columns = attributes.columns
  attributes.columns = columns
    and function() return refs.column_names(draft.owner_draft, columns, at) end
end

local TRIGGER_ROW = { kind = "trigger", what = "trigger", spec = TRIGGER, build = build_trigger }

function M.trigger(ns, name, body) return parts.named(ns, TRIGGER_ROW, name, body) end

local function build_policy(_, attributes)
  local roles = {}
  for _, role in ipairs(attributes.roles or {}) do
    if role:lower() ~= "public" then roles[#roles + 1] = role end
  end
  attributes.roles = roles
end

local POLICY_ROW = { kind = "policy", what = "policy", build = build_policy,
  spec = { command = { "-all", "select", "insert", "update", "delete" }, restrictive = "flag",
    roles = "texts", using = "sql", check = "sql" } }

function M.policy(ns, name, body) return parts.named(ns, POLICY_ROW, name, body) end

local RULE_ROW = { kind = "rule", what = "rule",
  spec = { definition = "text", enabled = ENABLED },
  build = function(_, attributes, at)
    required(attributes, "definition", at, "It is the whole CREATE RULE.")
    attributes.definition = attributes.definition:gsub("[%s;]+$", ""):gsub("^%s+", "")
  end }

function M.rule(ns, name, body) return parts.named(ns, RULE_ROW, name, body) end

return M
