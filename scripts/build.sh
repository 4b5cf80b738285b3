# Publishes the program as users get it; sourced by croft, test and scripts/release.
# shellcheck shell=sh

# What .NET calls this machine's kind; nothing where it has no native compiler.
native_runtime() {
    case $(uname -m) in
        x86_64) echo linux-x64 ;;
        aarch64) echo linux-arm64 ;;
    esac
}

# publish_croft FOLDER [OPTION...]: FOLDER/croft is the program, one native file where the compiler is to be had, otherwise beside what .NET needs to run it.
publish_croft() {
    folder=$1
    shift
    runtime=$(native_runtime)
    log=$(mktemp)
    rm -rf "$folder"
    if [ -z "$runtime" ] || ! dotnet publish "$here/src/Croft.Cli" -c Release -r "$runtime" -o "$folder" -v quiet -nologo -clp:ErrorsOnly -p:RunAnalyzers=false "$@" >"$log" 2>&1; then
        printf '%s\n' "Croft could not be compiled natively, so it is built to run on .NET: it works as well, and starts slower." \
            "Why: $(grep -m 1 error "$log" || echo "no native compiler for $(uname -m)")" >&2
        rm -rf "$folder"
        dotnet publish "$here/src/Croft.Cli" -c Release -o "$folder" -v quiet -nologo -clp:ErrorsOnly -p:RunAnalyzers=false "$@" >&2
    fi
    rm -f "$log"
    mv "$folder/Croft.Cli" "$folder/croft"
}

# build_croft: publishes into artifacts/croft where the sources are newer than what is there.
build_croft() {
    program=$here/artifacts/croft/croft
    [ ! -x "$program" ] || [ -n "$(find "$here/src" "$here"/*.props -newer "$program" -type f -print -quit 2>/dev/null)" ] || return 0
    publish_croft "$here/artifacts/croft.$$"
    touch "$here/artifacts/croft.$$/croft"
    rm -rf "$here/artifacts/croft"
    mv "$here/artifacts/croft.$$" "$here/artifacts/croft"
}
