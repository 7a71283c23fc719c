--- Calls a function and gives what pcall gives, the first result alone.
return function(fn)
  local ok, value = pcall(fn)
  return ok, value
end
