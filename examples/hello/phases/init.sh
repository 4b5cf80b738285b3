#!/bin/sh
# The project's own state; cached with dependencies below it.
set -eu
echo "hello from $(hostname)" > /var/tmp/greeting
