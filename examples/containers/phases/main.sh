# The web servers serve; the client waits for both and asks them by name.
case $CROFT_VM_NAME in
  web-*)
    timeout 20 python3 -m http.server --directory /srv/www 80 || [ $? = 124 ]
    exit
    ;;
esac
for web in web-1 web-2; do
  tries=0
  until python3 -c "import urllib.request as u; print(u.urlopen('http://$web').read().decode().strip())"; do
    tries=$((tries + 1))
    [ $tries -lt 20 ] || exit 1
    sleep 1
  done
done
