-- raymig-api: 1
-- notify: tells somebody else what migrations did: JSON to a command's standard input, or a line of
-- JSON to the end of a file. What sends it on (curl, sendmail, logger) is the command's business.
--
--     plugins = { { "notify", command = { "curl", "-fsS", "-H", "Content-Type: application/json",
--       "--data", "@-", env.WEBHOOK_URL } } }
--     plugins = { { "notify", file = "migrations.log", events = { "after_run", "error" } } }

-- What is said, of each event that may be told.
local TEXTS = {
  before_run = function(event)
    return ("%d migration%s about to run"):format(#event.migrations,
      #event.migrations == 1 and " is" or "s are")
  end,
  after_migration = function(event)
    return ("%s: %s in %d ms"):format(event.tag, event.direction == "up" and "applied"
      or "taken back", event.duration_ms or 0)
  end,
  after_run = function(event)
    if not event.ok then return "the run failed" end
    return ("%d applied, %d taken back in %d ms"):format(event.applied, event.reverted,
      event.duration_ms)
  end,
  error = function(event) return "failed: " .. tostring(event.error.message) end,
}

local function wants(ctx, name)
  for _, event in ipairs(ctx.options.events) do
    if event == name then return true end
  end
  return false
end

-- Who cannot be told is a warning: the migrations are done, whatever the other side says.
local function send(ctx, text)
  if ctx.options.file ~= "" then ctx:append(ctx.options.file, text .. "\n") end
  if #ctx.options.command == 0 then return end
  local code, _, errors = ctx:command(ctx.options.command, text .. "\n")
  if code ~= 0 then
    ctx:warn(("notify: %s ended with code %d: %s"):format(ctx.options.command[1], code,
      errors:match "^[^\n]*"))
  end
end

local function tell(name)
  return function(ctx, event)
    local message = {}
    if not wants(ctx, name) or event.dry_run and not ctx.options.dry_runs then return end
    for key, value in pairs(event) do message[key] = value end
    message.event, message.hook, message.version = name, nil, 1
    message.project = ctx.options.project ~= "" and ctx.options.project or nil
    message.at = os.date "!%Y-%m-%dT%H:%M:%SZ"
    message.text = TEXTS[name](event)
    send(ctx, ctx.json.encode(message))
  end
end

local hooks = {}
for name in pairs(TEXTS) do hooks[name] = tell(name) end

---@type raymig.Plugin
return {
  name = "notify",
  version = "1.0.0",
  summary = "tells a command or a file, in JSON, what migrations did",

  options = {
    command = { type = "list", default = {}, help = "a program and its arguments; JSON comes in" },
    file = { type = "string", default = "", help = "a line of JSON is added to it" },
    events = { type = "list", default = { "after_run", "error" },
      help = "of before_run, after_migration, after_run, error" },
    project = { type = "string", default = "", help = "a name that stands in each message" },
    dry_runs = { type = "boolean", default = false, help = "tell of dry runs, too" },
  },

  hooks = hooks,
}
