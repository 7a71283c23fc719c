--- busted under the Lua that runs this file: Debian's own script starts another interpreter,
--- which would outlive the one that tools/test.lua can kill.
require "busted.runner" ({ standalone = false })
