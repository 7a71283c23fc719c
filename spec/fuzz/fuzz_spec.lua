--- Each fuzzer of this folder, for half a minute: `make fuzz` builds them, and any longer run is
--- a command of its own, as each one's first lines say.

local lfs = require "lfs"
local process = require "spec.support.process"

local SECONDS = 30

describe("the fuzzer", function()
  for file in lfs.dir "spec/fuzz" do
    local name = file:match "^(fuzz_.*)%.c$"
    if name then
      it(name .. " finds nothing in half a minute #long", function()
        local program = "build/fuzz/" .. name
        if not lfs.attributes(program) then pending "make fuzz builds it" return end
        local corpus = os.tmpname()
        os.remove(corpus)
        assert(lfs.mkdir(corpus))
        local result = process.run { program, "-max_total_time=" .. SECONDS, "-timeout=10",
          "-rss_limit_mb=1024", "-artifact_prefix=" .. corpus .. "/", corpus,
          timeout = 10 * SECONDS }
        assert.equal(0, result.code, result.err)
        assert.matches("Done %d+ runs", result.err)
        process.run { "rm", "-rf", corpus }
      end)
    end
  end
end)
