#!/usr/bin/env bash
# Makes the files of format version 1 beside this script. They were made once, with the extractor and
# the trainer of commit 88e5fc4, the last one that writes version 1:
#
#   make_fixtures.sh EXTRACTOR TRAINER WEIGHTS PORTRAITS
#
# store/                 six clips of half a second, made from three public-domain portraits
# run/checkpoints/       the checkpoint of step 4 of 12: a run that was interrupted in its first epoch
# model.pt               where that run ends when nothing interrupts it
#
# Another processor rounds otherwise, so made again the files need not have the same bytes.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
extractor="$1" trainer="$2" weights="$3" portraits="$4"

# The checkpoint holds the absolute path of the store.
work=/tmp/version-1
rm -rf "$work" "$here/store" "$here/run"
mkdir -p "$work" "$here/store" "$here/run/checkpoints"

"$extractor" sample-clips "$portraits" "$work/clips" --weights "$weights" \
  --seconds 0.5 --takes 1 --self-swaps
"$extractor" run "$here/pipeline.yaml" --input "$work/clips" --store "$work/store" \
  --set "detection.weights=$weights"
"$trainer" train "$here/pipeline.yaml" --store "$work/store" --run "$work/run" --workers 1 --force

cp "$work/store/store.json" "$work/store/"shard-*.mdb "$here/store/"
cp "$work/run/checkpoints/step-00000004.pt" "$here/run/checkpoints/"
cp "$work/run/model.pt" "$here/model.pt"
rm -rf "$work"
