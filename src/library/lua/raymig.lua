-- Found before a project's own raymig.lua, its config, which "./?.lua" in package.path would find:
-- so that `require "raymig"` is the library in a project's folder, too.
local path, tried = package.searchpath("raymig", package.cpath)
local open = path and assert(package.loadlib(path, "luaopen_raymig"))
return (open or error("raymig.so is not there:" .. tried))()
