#!/bin/sh
set -e
. /etc/os-release
echo "$PRETTY_NAME as $(id -un)"
sudo -n true
cloud-init status
