# Turns the seed into calls of the functions in "seed": awk -f seed.awk meta-data user-data network-config
# It reads no YAML but the form that Croft writes (Seed.cs): two spaces per level, one key or item per line, values plain or in
# double quotes without escapes, keys in literal blocks. Values are handed on in single quotes, so nothing in them is ever run.
function quoted(text) {
  gsub(/'/, "'\"'\"'", text) # awks differ in what a backslash means there
  return "'" text "'"
}
function value(text) {
  sub(/^ *(- )?/, "", text)
  if (text !~ /^"/) sub(/^[A-Za-z0-9_-]+: */, "", text)
  if (text ~ /^".*"$/) text = substr(text, 2, length(text) - 2)
  return text
}
function nic() {
  if (mac != "")
    nics = nics call("nic", quoted(mac) " " quoted(name) " " quoted(addresses) " " quoted(gateway) " " quoted(dns) " " quoted(search) " " \
      quoted(dhcp) " " quoted(metric) " " quoted(mtu))
  mac = name = addresses = gateway = dns = search = dhcp = metric = mtu = ""
}
function format() {
  if (device != "") disks = disks call("format", quoted(device) " " quoted(type) " " quoted(label))
  device = type = label = ""
}
function written() {
  if (path != "") files = files call("file", quoted(path) " " quoted(text))
  path = text = ""
}
function call(name, arguments) { return name " " arguments "\n" }
function join(list, item) { return list == "" ? item : list " " item }

FNR == 1 { file = FILENAME; sub(/.*\//, "", file); top = "" }
/^ *(#|$)/ { next }
/^[a-z]/ {
  format()
  top = $1
  sub(/:.*/, "", top)
}

file == "meta-data" && top == "instance-id" { instance = value($0) }
file == "meta-data" && top == "local-hostname" { hostname = value($0) }

file == "network-config" && /^  [a-z0-9]+:$/ { nic() }
file == "network-config" && /^ +macaddress:/ { mac = value($0) }
file == "network-config" && /^ +set-name:/ { name = value($0) }
file == "network-config" && /^ +dhcp4: true/ { dhcp = "yes" }
file == "network-config" && /^ +route-metric:/ { metric = value($0) }
file == "network-config" && /^ +use-routes: false/ { metric = "none" }
file == "network-config" && /^ +mtu:/ { mtu = value($0) }
file == "network-config" && /^ +via:/ { gateway = value($0) }
file == "network-config" && /^ +[a-z0-9-]+:$/ { list = $1 }
file == "network-config" && /^ +nameservers:$/ { servers = 1 }
file == "network-config" && /^    [a-z]/ && !/^ +nameservers:$/ { servers = 0 }
file == "network-config" && /^ +- "/ {
  if (list == "search:") search = join(search, value($0))
  else if (servers) dns = join(dns, value($0))
  else addresses = join(addresses, value($0))
}

file == "user-data" && top == "ssh_keys" && /^  ed25519_private:/ { key = 1; next }
file == "user-data" && top == "ssh_keys" && /^  ed25519_public:/ { public = value($0) }
file == "user-data" && top == "ssh_keys" && key && /^    / { private = private substr($0, 5) "\n"; next }
{ key = 0 }
file == "user-data" && top == "ssh_authorized_keys" && /^    / { keys = keys substr($0, 5) "\n" }
file == "user-data" && top == "users" && /^  - name:/ { line = $0; sub(/^  - name:/, "", line); user = value("name:" line) }
file == "user-data" && top == "users" && /^    hashed_passwd:/ { hash = value($0) }
file == "user-data" && top == "write_files" && /^  - path:/ { written(); line = $0; sub(/^  - /, "", line); path = value(line) }
file == "user-data" && top == "write_files" && /^      / { text = text substr($0, 7) "\n" }
file == "user-data" && top == "fs_setup" && /^  - device:/ { format(); line = $0; sub(/^  - /, "", line); device = value(line) }
file == "user-data" && top == "fs_setup" && /^    filesystem:/ { type = value($0) }
file == "user-data" && top == "fs_setup" && /^    label:/ { label = value($0) }
file == "user-data" && top == "mounts" && /^  - \["/ {
  split($0, part, "\"")
  mounts = mounts call("attach", quoted(part[2]) " " quoted(part[4]) " " quoted(part[6]) " " quoted(part[8]))
}
END {
  format()
  nic()
  written()
  printf "%s", call("instance", quoted(instance) " " quoted(hostname)) nics
  printf "%s", call("login", quoted(private) " " quoted(public) " " quoted(keys) " " quoted(user) \
    (hash == "" ? "" : " " quoted(hash))) files disks mounts
}
