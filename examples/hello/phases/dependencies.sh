#!/bin/sh
# What the tests need of the system; cached until this file changes.
set -eu
command -v python3
