"""The files that are uploaded, made of the clips that the test is given."""

import dataclasses
import pathlib
import subprocess


@dataclasses.dataclass(frozen=True)
class Clips:
    """What is uploaded; all but `first` is short, so that the test is."""

    # A real clip as it is: H.264 in MP4.
    first: pathlib.Path
    # A few seconds of it.
    short: pathlib.Path
    # Of some length, to be looked at while it runs.
    long: pathlib.Path
    # Two faces side by side.
    two_faces: pathlib.Path
    # What browsers don't play: a preview is made.
    avi: pathlib.Path
    hevc: pathlib.Path
    # One picture, with a face.
    picture: pathlib.Path
    # A text that says of itself that it is a video.
    no_video: pathlib.Path


def make_clips(source: pathlib.Path, folder: pathlib.Path) -> Clips:
    """Makes them of the first clip of a folder that browsers play as it is."""
    clips = sorted(path for path in source.rglob("*.mp4") if path.is_file())
    first = next((clip for clip in clips if _is_playable(clip)), None)
    if first is None:
        raise SystemExit(f"{source}: expected a clip *.mp4 of H.264, yuv420p; got {clips[:3]}")
    folder.mkdir(parents=True, exist_ok=True)
    # A name of its own, to be searched for: with what a careless page would take for markup.
    main = folder / "harbour <b>&amp; 'quay'.mp4"
    main.write_bytes(first.read_bytes())
    h264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-an"]
    even = "scale=trunc(iw/2)*2:trunc(ih/2)*2"
    # Beside its mirror image.
    beside = f"{even},split[a][b];[b]hflip[c];[a][c]hstack"
    mp4 = ["-movflags", "+faststart"]
    seconds = ["-t", "3"]
    result = Clips(
        first=main,
        short=folder / "meadow.mp4",
        long=folder / "long.mp4",
        two_faces=folder / "two faces.mp4",
        avi=folder / "old.avi",
        hevc=folder / "phone.mov",
        picture=folder / "portrait.jpg",
        no_video=folder / "text" / "clip.mp4",
    )
    _ffmpeg("-i", first, *seconds, "-vf", even, *h264, *mp4, result.short)
    _ffmpeg("-stream_loop", "3", "-i", first, "-t", "40", "-c:v", "copy", "-an", *mp4, result.long)
    _ffmpeg("-i", first, *seconds, "-vf", beside, *h264, *mp4, result.two_faces)
    _ffmpeg("-i", result.short, "-c:v", "mpeg4", "-q:v", "4", "-an", result.avi)
    _ffmpeg(
        "-i",
        result.short,
        "-c:v",
        "libx265",
        "-preset",
        "ultrafast",
        "-tag:v",
        "hvc1",
        "-x265-params",
        "log-level=error",
        "-an",
        result.hevc,
    )
    _ffmpeg("-ss", "0.5", "-i", first, "-frames:v", "1", "-q:v", "2", result.picture)
    result.no_video.parent.mkdir(exist_ok=True)
    result.no_video.write_text("This is a letter and no video.\n" * 200)
    return result


def _is_playable(clip: pathlib.Path) -> bool:
    done = subprocess.run(
        [
            "ffprobe",
            "-v",
            "error",
            "-select_streams",
            "v:0",
            "-show_entries",
            "stream=codec_name,pix_fmt",
            "-of",
            "csv=p=0",
            str(clip),
        ],
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout.strip() == "h264,yuv420p"


def _ffmpeg(*arguments: str | pathlib.Path) -> None:
    """Runs it, silent unless it fails."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(f"{command}: expected status 0, got {done.returncode}: {done.stderr}")
