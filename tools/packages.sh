# Sourced by tools/check, tools/demo and tools/get-faiss-c: the Debian packages that the project needs.
# shellcheck shell=sh
BUILD_PACKAGES="build-essential pkg-config meson ninja-build python3 libopenblas-dev libfaiss-dev libpcre2-dev zlib1g-dev
 libjansson-dev libutf8proc-dev libxxhash-dev libicu-dev libarchive-dev libexpat1-dev"
# Clang takes its OpenMP from libomp-dev; sdcv reads the StarDict dictionaries that align dict writes,
# NumPy the safetensors; NumPy and pytest test the Python package.
CHECK_PACKAGES="libcmocka-dev clang libomp-dev sdcv python3-numpy python3-pytest"

say() {
    printf '== %s\n' "$*"
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        printf '%s: this needs root, and there is no sudo; run as root:  %s\n' "$0" "$*" >&2
        return 1
    fi
}

# install_packages NAME...: those of them that are not there yet. On systems without apt it is the user's to do.
install_packages() {
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        say "no apt here: taking it that these, or what they are called here, are installed: $*"
        return 0
    fi
    missing=
    for package; do
        case $(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null) in
        ?i*) ;;
        *) missing="$missing $package" ;;
        esac
    done
    [ -n "$missing" ] || return 0
    say "installing$missing"
    # $missing is a list of names: to be split.
    # shellcheck disable=SC2086
    as_root apt-get -qq -o DPkg::Lock::Timeout=300 update &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 --no-install-recommends \
            install $missing >/dev/null
}
