#!/bin/sh
# Always happens, whether the tests passed or not.
rm -rf /var/tmp/scratch
