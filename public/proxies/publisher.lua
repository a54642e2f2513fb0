-- Asks Publisher, at the address in the action's argument, whether a request may pass.
-- Where there is no answer the status is 0, which lets nothing pass.

local TIMEOUT_MS = 5000

-- HAProxy counts the values of a header from 0, and a list of Lua begins with 1.
local function listed(values)
  local list = {}
  for _, value in pairs(values) do
    list[#list + 1] = value
  end
  return list
end

local function first(headers, name)
  local values = headers and headers[name]
  return values and (values[0] or values[1]) or ""
end

core.register_action("publisher", { "http-req" }, function(txn, url)
  txn:set_var("txn.publisher_status", 0)
  local headers = {
    ["x-forwarded-method"] = { txn.f:method() },
    ["x-forwarded-for"] = { txn.f:src() },
  }
  local shown = txn.http:req_get_headers()["authorization"]
  if shown then
    headers["authorization"] = listed(shown)
  end
  local answer = core.httpclient():get({ url = url, headers = headers, timeout = TIMEOUT_MS })
  txn:set_var("txn.publisher_status", answer.status)
  txn:set_var("txn.publisher_challenge", first(answer.headers, "www-authenticate"))
  txn:set_var("txn.publisher_token_id", first(answer.headers, "publisher-token-id"))
  txn:set_var("txn.publisher_access", first(answer.headers, "publisher-access"))
end, 1)
