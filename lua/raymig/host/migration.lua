--- The environment of a migration that runs. One that is trusted may require raymig.schema, as
--- those of reversible operations do; what it declares is of no use here (host/change.lua), but an
--- error in it is told as it is.

local host = ...

local function quiet() end

return function(trusted, print, more)
  local modules = more or {}
  if trusted and not more then
    modules = setmetatable({}, { __index = function(_, name)
      if name ~= "raymig.schema" then return nil end
      return (host.require("raymig.schema").new(nil, true))
    end })
  end
  return host.require "raymig.host.sandbox"(trusted, print or quiet, modules)
end
