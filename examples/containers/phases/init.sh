# Every machine has something to show.
mkdir -p /srv/www
echo "$CROFT_VM_NAME" >/srv/www/index.html
