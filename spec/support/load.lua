-- A script for wrk (its own Lua, 5.1): raw requests by turns, from files that the spec wrote, one
-- a file, so that what is sent is said in one place. done() prints what came of it, by status.
--
--     LOAD=folder wrk -t2 -c64 -d10s -s spec/support/load.lua http://127.0.0.1:PORT

local requests, turn = {}, 0

for i = 1, 1000 do
  local file = io.open(("%s/%d"):format(os.getenv "LOAD", i), "rb")
  if not file then break end
  requests[i] = file:read "*a"
  file:close()
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

local threads = {}

function setup(thread)
  threads[#threads + 1] = thread
end

statuses = {}

function response(status)
  statuses[status] = (statuses[status] or 0) + 1
end

function done()
  local all = {}
  for _, thread in ipairs(threads) do
    for status, count in pairs(thread:get "statuses") do
      all[status] = (all[status] or 0) + count
    end
  end
  for status, count in pairs(all) do io.write(("status %d: %d\n"):format(status, count)) end
end
