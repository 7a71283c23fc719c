--- Runs the files of a schema in one environment: each once, whether it is listed or required
-- first.

local host = ...

--- files: their paths, in order. Gives what raymig.schema makes of them, for C.
return function(files, casing)
  local pg, finish = host.require("raymig.schema").new(casing)
  local _, _, run = host.require "raymig.host.sandbox"(true, nil, { ["raymig.schema"] = pg })
  for _, path in ipairs(files) do run(path) end
  return finish()
end
