# What scripts/demo and scripts/test share: install what is missing, fetch what git doesn't hold.
# Sourced, not run. Everything fetched is pinned by version and SHA-256.

cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\n==> %s\n' "$*"; }

fail() { printf '\nerror: %s\n' "$*" >&2; exit 1; }

# install_packages NAME...: Debian packages, only those that are missing.
install_packages() {
  local missing=() name
  for name in "$@"; do
    dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' ||
      missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "Installing ${missing[*]} (apt)"
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "missing packages: ${missing[*]}; install them as root"
    root=(sudo)
  fi
  "${root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends \
    "${missing[@]}" >/dev/null
}

# fetch_from_pypi FILE SHA256 REQUIREMENT [pip option...]: a distribution file into weights/downloads.
fetch_from_pypi() {
  local file=$1 sum=$2 requirement=$3
  shift 3
  local folder=weights/downloads
  if ! echo "$sum  $folder/$file" | sha256sum --check --status 2>/dev/null; then
    say "Fetching $requirement from PyPI"
    mkdir -p "$folder"
    # With a hash in the requirement, pip checks the file before it looks into it.
    echo "$requirement --hash=sha256:$sum" >"$folder/requirement.txt"
    python3 -m pip download --quiet --no-deps --require-hashes --dest "$folder" "$@" \
      --requirement "$folder/requirement.txt"
    echo "$sum  $folder/$file" | sha256sum --check --status ||
      fail "$folder/$file is not the file that was pinned (SHA-256 $sum); delete it and try again"
  fi
}

check_swift() {
  command -v swift >/dev/null ||
    fail "swift is not on PATH: install Swift 6.2 or later from swift.org/install"
}

# The libraries that the package links, and the tools that set-up itself needs.
install_build_packages() {
  install_packages pkg-config libavformat-dev libavcodec-dev libswscale-dev libopenblas-dev \
    liblmdb-dev libturbojpeg0-dev libsqlite3-dev zlib1g-dev python3-pip
}

# MTCNN's weights (MIT), read by us in PyTorch's own format.
fetch_weights() {
  local wheel=facenet_pytorch-2.6.0-py3-none-any.whl
  [ -f weights/mtcnn/.complete ] && return 0
  fetch_from_pypi "$wheel" ecb82b27beb226d106f2219efe8f829b01b87a8595badd01545679bdb9f19cca \
    facenet-pytorch==2.6.0
  mkdir -p weights/mtcnn
  python3 - "weights/downloads/$wheel" <<'PYTHON'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in ("pnet", "rnet", "onet"):
        with open(f"weights/mtcnn/{name}.pt", "wb") as file:
            file.write(wheel.read(f"facenet_pytorch/data/{name}.pt"))
PYTHON
  touch weights/mtcnn/.complete
}

# Portraits in the public domain: NASA's astronaut, official portraits of the US government.
fetch_portraits() {
  local wheel=scikit_image-0.25.2-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl
  local archive=face_recognition-1.3.0.tar.gz
  [ -f weights/portraits/.complete ] && return 0
  fetch_from_pypi "$wheel" 24cc986e1f4187a12aa319f777b36008764e856e5013666a4a83f8df083c2641 \
    scikit-image==0.25.2 --only-binary=:all: --python-version 3.11 --implementation cp \
    --platform manylinux2014_x86_64
  fetch_from_pypi "$archive" 5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec \
    face_recognition==1.3.0 --no-binary=face_recognition
  mkdir -p weights/portraits
  python3 - "weights/downloads/$wheel" "weights/downloads/$archive" <<'PYTHON'
import sys, tarfile, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    with open("weights/portraits/astronaut.png", "wb") as file:
        file.write(wheel.read("skimage/data/astronaut.png"))
with tarfile.open(sys.argv[2]) as archive:
    for name in ("biden.jpg", "obama.jpg"):
        with open(f"weights/portraits/{name}", "wb") as file:
            file.write(archive.extractfile(f"face_recognition-1.3.0/tests/test_images/{name}").read())
PYTHON
  touch weights/portraits/.complete
}

# Says where extractor, trainer and detector are, in the variables of these names.
find_programs() {
  local programs
  programs="$(swift build -c release --show-bin-path)"
  extractor="$programs/extractor"
  trainer="$programs/trainer"
  detector="$programs/detector"
}

# Builds extractor, trainer and detector, and finds them.
build_programs() {
  say "Building (release)"
  swift build -c release --product extractor
  swift build -c release --product trainer
  swift build -c release --product detector
  find_programs
}

# The sample clips and their faces, below demo/. They are made again where what makes them has changed:
# its checksum stands beside them.
make_demo_store() {
  local options="--people 8 --takes 3 --seconds 1" state
  state="$options $(cat Sources/Shared/Media/SampleClips/*.swift pipelines/demo.yaml | cksum)"
  if [ "$(cat demo/clips.state 2>/dev/null)" != "$state" ]; then
    say "Making sample clips from public-domain portraits"
    rm -rf demo/clips demo/clips.state demo/store demo/run demo/crossvalidation
    mkdir -p demo
    # shellcheck disable=SC2086 # several options
    "$extractor" sample-clips weights/portraits demo/clips $options
    echo "$state" >demo/clips.state
  fi
  say "Extracting faces: extractor run pipelines/demo.yaml"
  "$extractor" run pipelines/demo.yaml
}
