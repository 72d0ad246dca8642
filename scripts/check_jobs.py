"""Checks the Kubernetes jobs for scripts/check-jobs: `check_jobs.py FILE...`.

Each document is checked against its schema: a Job against that of Kubernetes; an MPIJob, a
TrainingRuntime and a TrainJob against scripts/schemas, which take pods from Kubernetes. Then come
the rules that the schemas miss. At last it breaks copies of the documents, one field at a time, and
insists that each is refused: a check that passes everything is none.
"""

import copy
import json
import os
import re
import sys
from collections import namedtuple

import jsonschema
import kubernetes_validate
import yaml
from kubernetes_validate.utils import schema_contents
from referencing import Registry, Resource

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
KUBERNETES = kubernetes_validate.latest_version()

# A training over MPI, whichever operator starts it: the pod specifications of launcher and worker,
# how many workers there are and slots in each, where keys are mounted, and mpirun's arguments.
Training = namedtuple("Training", "launcher worker workers slots keys arguments")


def text(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def schema_problems(document):
    """What the schema of a document's kind finds; an unknown kind is a problem too."""
    kind = document.get("kind", "")
    try:
        if kind == "Job":
            kubernetes_validate.validate(document, KUBERNETES, strict=True)
            return
        schema = json.loads(text(f"scripts/schemas/{kind.lower()}.json"))
    except kubernetes_validate.ValidationError as error:
        yield f"{error.json_path}: {error.message}"
        return
    except FileNotFoundError:
        yield f"there is no schema for the kind {kind!r}"
        return
    folder = f"kubernetes-json-schema/v{KUBERNETES}-local-strict"
    kubernetes = Resource.from_contents(schema_contents(f"{folder}/_definitions.json", KUBERNETES))
    validator = jsonschema.Draft202012Validator(schema, registry=kubernetes @ Registry())
    for error in validator.iter_errors(document):
        yield f"{error.json_path}: {error.message}"


def extraction_problems(job):
    """What the API server refuses of a Job, or the extractor."""
    spec = job["spec"]
    pod = spec["template"]["spec"]
    if spec.get("completionMode") != "Indexed":
        yield "completionMode: expected Indexed, whose pods have an index"
    if "backoffLimitPerIndex" in spec and pod.get("restartPolicy") != "Never":
        yield "restartPolicy: expected Never, which backoffLimitPerIndex and podFailurePolicy need"
    if spec.get("maxFailedIndexes", 0) > spec["completions"]:
        yield "maxFailedIndexes: expected at most completions"
    yield from failure_policy_problems(spec)
    for container in pod["containers"]:
        arguments = container.get("args", []) + container.get("command", [])
        if option(arguments, "--tasks") != str(spec["completions"]):
            yield (f"{container['name']}: expected --tasks {spec['completions']} among the "
                   "arguments, as many as completions")
    yield from pod_problems(pod)


def failure_policy_problems(job):
    """The podFailurePolicy of a Job's specification."""
    names = [container["name"] for container in job["template"]["spec"]["containers"]]
    for rule in job.get("podFailurePolicy", {}).get("rules", []):
        codes = rule.get("onExitCodes", {})
        if codes.get("containerName", names[0]) not in names:
            yield f"podFailurePolicy: there is no container {codes['containerName']}"
        if codes.get("operator") == "In" and 0 in codes["values"]:
            yield "podFailurePolicy: 0 is no failure"


def pod_problems(pod):
    """What concerns each pod."""
    user = re.search(r"useradd --uid (\d+)", text("deploy/Dockerfile"))[1]
    security = pod.get("securityContext", {})
    for field in ("runAsUser", "runAsGroup", "fsGroup"):
        if str(security.get(field)) != user:
            yield f"{field}: expected {user}, the user of deploy/Dockerfile"
    if pod.get("terminationGracePeriodSeconds", 30) < 120:
        yield ("terminationGracePeriodSeconds: expected at least 120, in which a shard is "
               "published or a checkpoint written")
    volumes = {volume["name"] for volume in pod.get("volumes", [])}
    for container in pod["containers"]:
        for mount in container.get("volumeMounts", []):
            if mount["name"] not in volumes:
                yield f"{container['name']}: there is no volume {mount['name']}"


def mounts_of(container):
    """The paths at which a container has volumes."""
    return [mount["mountPath"] for mount in container.get("volumeMounts", [])]


def option(arguments, name):
    """The value after an option; None without it."""
    return arguments[arguments.index(name) + 1] if name in arguments[:-1] else None


def parameter(arguments, name):
    """The whole number that `--mca NAME` sets; None without it."""
    values = [value for key, value in zip(arguments, arguments[1:]) if key == name]
    return int(values[0]) if values and values[0].isdecimal() else None


def seconds(time):
    """Seconds of a time such as 5m; None if it is none."""
    match = re.fullmatch(r"(\d+)([smh])", time or "")
    return int(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2]] if match else None


def training_problems(training):
    """What mpirun, sshd and the trainer need of each other."""
    launcher, worker = training.launcher["containers"][0], training.worker["containers"][0]
    arguments = training.arguments
    for pod in (training.launcher, training.worker):
        yield from pod_problems(pod)
        if "/tmp" not in mounts_of(pod["containers"][0]):
            yield "expected a volume at /tmp, which mpirun writes to"
    processes = training.workers * training.slots
    if option(arguments, "-n") != str(processes):
        yield f"-n: expected {processes}, the slots of all workers"
    if option(arguments, "--bind-to") != "none":
        yield "--bind-to: expected none, or a process gets one core only"
    cores = worker.get("resources", {}).get("requests", {}).get("cpu")
    workers = option(arguments, "--workers") or ""
    if str(int(workers if workers.isdecimal() else 0) * training.slots) != str(cores):
        yield (f"--workers: {workers or 'none'} in each of {training.slots} processes, but the "
               f"worker requests {cores} cpu")
    if option(arguments, "trainer") != "train":
        yield "expected `trainer train` among the arguments"
    for path in [option(arguments, "--store"), option(arguments, "--run")]:
        if not any((path or "").startswith(mount + "/") for mount in mounts_of(worker)):
            yield f"the worker mounts nothing for {path}"
    keepalive = [parameter(arguments, "oob_tcp_keepalive_" + name)
                 for name in ("time", "intvl", "probes")]
    silence = seconds(option(arguments, "--longest-silence"))
    if None in keepalive or silence is None:
        yield "expected --longest-silence and oob_tcp_keepalive_time, _intvl and _probes"
    elif keepalive[0] + keepalive[1] * keepalive[2] >= silence:
        yield "--longest-silence: expected more than mpirun needs to notice a dead link"
    yield from image_problems(training, launcher, worker)


def image_problems(training, launcher, worker):
    """What the image has to have: its user's home, sshd's port, the programs that are started."""
    dockerfile, sshd = text("deploy/Dockerfile"), text("deploy/training/sshd_config")
    home = re.search(r"usermod --home (\S+)", dockerfile)[1]
    if training.keys != home + "/.ssh":
        yield f"sshAuthMountPath: expected {home}/.ssh, that of the user of deploy/Dockerfile"
    for name in ("HostKey", "AuthorizedKeysFile"):
        if not re.search(rf"^{name} {home}/\.ssh/", sshd, re.MULTILINE):
            yield f"deploy/training/sshd_config: {name}: expected a file in {home}/.ssh"
    port = re.search(r"^Port (\d+)", sshd, re.MULTILINE)[1]
    if not re.search(rf"^ +Port {port}$", text("deploy/training/ssh_config"), re.MULTILINE):
        yield f"deploy/training/ssh_config: expected port {port}, that of sshd_config"
    if str(worker.get("readinessProbe", {}).get("tcpSocket", {}).get("port")) != port:
        yield f"readinessProbe: expected port {port}, that of deploy/training/sshd_config"
    if launcher["image"] != worker["image"]:
        yield "image: launcher and worker differ"
    stop = worker.get("lifecycle", {}).get("preStop", {}).get("exec", {}).get("command")
    commands = [launcher.get("command"), worker.get("command"), stop]
    expected = [["launch-training"], ["/usr/sbin/sshd", "-De"], ["stop-training"]]
    for got, wanted in zip(commands, expected):
        if got != wanted:
            yield f"command: expected {wanted}, got {got}"
    for name in ("launch-training", "stop-training"):
        if f"deploy/training/{name} " not in dockerfile.split("AS training")[1]:
            yield f"deploy/Dockerfile: expected deploy/training/{name} in the stage training"


def mpijob_problems(job):
    spec = job["spec"]
    launcher, worker = (spec["mpiReplicaSpecs"][name] for name in ("Launcher", "Worker"))
    if launcher["restartPolicy"] != "Never" or worker["restartPolicy"] != "OnFailure":
        yield ("restartPolicy: expected Never for the launcher, whose logs stay, and OnFailure for "
               "the worker, which is not replaced when its pod has failed")
    if spec["runPolicy"]["backoffLimit"] < 1:
        yield "backoffLimit: expected at least 1, or the first lost worker ends the training"
    yield from training_problems(Training(
        launcher["template"]["spec"], worker["template"]["spec"], worker["replicas"],
        spec["slotsPerWorker"], spec["sshAuthMountPath"],
        launcher["template"]["spec"]["containers"][0].get("args", [])))


def trainjob_problems(job, documents):
    reference = job["spec"]["runtimeRef"]
    runtimes = [document for document in documents if document["kind"] == reference["kind"]
                and document["metadata"]["name"] == reference["name"]]
    if not runtimes or documents.index(runtimes[0]) > documents.index(job):
        yield f"runtimeRef: there is no {reference['kind']} {reference['name']} above in this file"
        return
    spec = runtimes[0]["spec"]
    jobset = spec["template"]["spec"]
    jobs = {entry["name"]: entry["template"] for entry in jobset["replicatedJobs"]}
    if set(jobs) != {"launcher", "node"}:
        yield "replicatedJobs: expected launcher and node, the names that Trainer goes by"
        return
    for name, template in jobs.items():
        pod = template["spec"]["template"]["spec"]
        if pod["containers"][0]["name"] != "node":
            yield f"{name}: expected a container `node`, which Trainer gives keys and arguments"
        if pod.get("restartPolicy") != "Never":
            yield f"{name}: restartPolicy: expected Never"
        yield from failure_policy_problems(template["spec"])
    labels = jobs["launcher"].get("metadata", {}).get("labels", {})
    if labels.get("trainer.kubeflow.org/trainjob-ancestor-step") != "trainer":
        yield "launcher: expected the label that has Trainer give it the arguments"
    elif spec["mlPolicy"].get("numNodes", 1) != 1:
        yield "mlPolicy.numNodes: expected 1: with that label it is the number of launchers"
    if "metadata" in jobs["node"] or spec["mlPolicy"]["mpi"]["runLauncherAsNode"]:
        yield "expected a launcher that doesn't train, and nodes without labels, which keep sshd"
    yield from jobset_problems(jobset, jobs)
    node_pod = jobs["node"]["spec"]["template"]["spec"]
    mpi = spec["mlPolicy"]["mpi"]
    yield from training_problems(Training(
        jobs["launcher"]["spec"]["template"]["spec"], node_pod, job["spec"]["trainer"]["numNodes"],
        mpi["numProcPerNode"], mpi["sshAuthMountPath"], job["spec"]["trainer"]["args"]))


def jobset_problems(jobset, jobs):
    """When the JobSet of a TrainingRuntime ends, and when it is started again."""
    policy = jobset["failurePolicy"]
    if jobset["successPolicy"].get("targetReplicatedJobs") != ["launcher"]:
        yield "successPolicy: expected the launcher alone: the nodes' sshd never ends"
    if policy["maxRestarts"] < 1:
        yield "maxRestarts: expected at least 1, or the first lost pod ends the training"
    for rule in policy.get("rules", []):
        for name in set(rule.get("targetReplicatedJobs", [])) - set(jobs):
            yield f"failurePolicy: there is no job {name}"
    pod_rules = jobs["launcher"]["spec"].get("podFailurePolicy", {}).get("rules", [])
    final = {code for rule in pod_rules if rule["action"] == "FailJob"
             for code in rule.get("onExitCodes", {}).get("values", [])}
    ends = [rule for rule in policy.get("rules", []) if rule["action"] == "FailJobSet"
            and rule.get("onJobFailureReasons") == ["PodFailurePolicy"]]
    if not final >= {3, 4, 64} or not ends:
        yield "expected the launcher's exit codes 3, 4 and 64 to end the JobSet: they are final"


def problems(documents):
    """All problems of a file's documents; the rules rest on the schemas, so those come first."""
    found = [f"{document.get('kind')}: {problem}" for document in documents
             for problem in schema_problems(document)]
    if found:
        return found
    for document in documents:
        kind = document["kind"]
        rules = {"Job": lambda: extraction_problems(document),
                 "MPIJob": lambda: mpijob_problems(document),
                 "TrainingRuntime": lambda: (),
                 "TrainJob": lambda: trainjob_problems(document, documents)}[kind]
        found += [f"{kind}: {problem}" for problem in rules()]
    return found


def arguments_of(documents):
    """What mpirun is given, in a file with a training."""
    for document in documents:
        if document["kind"] == "MPIJob":
            launcher = document["spec"]["mpiReplicaSpecs"]["Launcher"]
            yield launcher["template"]["spec"]["containers"][0]["args"]
        elif document["kind"] == "TrainJob":
            yield document["spec"]["trainer"]["args"]


# Kind, path, what it becomes (REMOVED; NAME* renames the field), and a part of what is then said.
# The value of an option in a list of arguments goes by the option's name.
REMOVED = object()
LAUNCHER, WORKER = ("mpiReplicaSpecs.%s.template.spec" % name for name in ("Launcher", "Worker"))
JOBSET = "template.spec"
LAUNCH, NODE = (JOBSET + ".replicatedJobs.%d.template.spec" % number for number in (0, 1))
BROKEN = [
    ("Job", "completions", 51, "--tasks 51"),
    ("Job", "parallelism", "parallel*", "('parallel' was unexpected)"),
    ("Job", "completionMode", "NonIndexed", "completionMode"),
    ("Job", "template.spec.volumes.1", REMOVED, "no volume scratch"),
    ("Job", "template.spec.terminationGracePeriodSeconds", 30, "terminationGracePeriodSeconds"),
    ("MPIJob", "mpiReplicaSpecs.Worker.replicas", REMOVED, "'replicas' is a required property"),
    ("MPIJob", "mpiReplicaSpecs.Worker.replicas", 3, "-n: expected 3"),
    ("MPIJob", "mpiReplicaSpecs.Launcher.replicas", 2, "1 was expected"),
    ("MPIJob", "slotsPerWorker", "slotPerWorker*", "('slotPerWorker' was unexpected)"),
    ("MPIJob", "runPolicy.backoffLimit", "6", "not of type 'integer'"),
    ("MPIJob", "runPolicy.backoffLimit", "backofLimit*", "('backofLimit' was unexpected)"),
    ("MPIJob", "sshAuthMountPath", "/root/.ssh", "sshAuthMountPath: expected /home/app/.ssh"),
    ("MPIJob", LAUNCHER + ".containers.0.args.-n", "5", "-n: expected 4"),
    ("MPIJob", LAUNCHER + ".containers.0.args.--bind-to", "core", "--bind-to"),
    ("MPIJob", LAUNCHER + ".containers.0.args.oob_tcp_keepalive_time", "900", "--longest-silence"),
    ("MPIJob", LAUNCHER + ".containers.0.args.--workers", "4", "--workers"),
    ("MPIJob", LAUNCHER + ".containers.0.command", ["mpirun"], "launch-training"),
    ("MPIJob", LAUNCHER + ".terminationGracePeriodSeconds", 30, "terminationGracePeriodSeconds"),
    ("MPIJob", LAUNCHER + ".securityContext.runAsUser", 1000, "runAsUser: expected 10001"),
    ("MPIJob", WORKER + ".containers", "container*", "('container' was unexpected)"),
    ("MPIJob", WORKER + ".containers.0.image", "img*", "('img' was unexpected)"),
    ("MPIJob", WORKER + ".containers.0.lifecycle", REMOVED, "stop-training"),
    ("MPIJob", WORKER + ".containers.0.readinessProbe.tcpSocket.port", 22, "port 2222"),
    ("MPIJob", WORKER + ".containers.0.resources.requests.cpu", "4", "requests 4 cpu"),
    ("MPIJob", WORKER + ".volumes.0", REMOVED, "no volume data"),
    ("MPIJob", WORKER + ".containers.0.volumeMounts.0", REMOVED, "mounts nothing for /data/run"),
    ("TrainingRuntime", "mlPolicy.mpi.sshAuthMountPath", "/root/.ssh", "expected /home/app/.ssh"),
    ("TrainingRuntime", "mlPolicy.numNodes", 4, "number of launchers"),
    ("TrainingRuntime", "mlPolicy.mpi.numProcPerNode", 2, "-n: expected 8"),
    ("TrainingRuntime", JOBSET + ".failurePolicy.rules", REMOVED, "they are final"),
    ("TrainingRuntime", JOBSET + ".failurePolicy.maxRestarts", "max*", "('max' was unexpected)"),
    ("TrainingRuntime", LAUNCH + ".podFailurePolicy.rules.0.onExitCodes.values", [64], "are final"),
    ("TrainingRuntime", LAUNCH + ".template.spec.containers.0.name", "main", "container `node`"),
    ("TrainingRuntime", NODE + ".backoffLimit", "backofLimit*", "('backofLimit' was unexpected)"),
    ("TrainingRuntime", NODE + ".template.spec.volumes.0", REMOVED, "no volume data"),
    ("TrainingRuntime", NODE + ".template.spec.containers.0.lifecycle", REMOVED, "stop-training"),
    ("TrainJob", "runtimeRef.name", "deepfakes", "no TrainingRuntime deepfakes"),
    ("TrainJob", "runtimeRef.kind", REMOVED, "'kind' is a required property"),
    ("TrainJob", "trainer.numNodes", 3, "-n: expected 3"),
    ("TrainJob", "trainer.numNodes", "nodes*", "('nodes' was unexpected)"),
    ("TrainJob", "trainer.args.--longest-silence", "25s", "--longest-silence: expected more"),
]


def index(place, name):
    """Where a field is in an object, an item in a list, or the value of an option in a list."""
    if isinstance(place, dict):
        return name
    return int(name) if name.isdecimal() else place.index(name) + 1


def broken(documents, kind, path, value):
    """A copy of a file's documents with one field changed; None if it has none of that kind."""
    documents = copy.deepcopy(documents)
    place = next((document["spec"] for document in documents if document["kind"] == kind), None)
    if place is None:
        return None
    *parents, name = path.split(".")
    for part in parents:
        place = place[index(place, part)]
    name = index(place, name)
    if value is REMOVED:
        del place[name]
    elif isinstance(value, str) and value.endswith("*"):
        place[value[:-1]] = place.pop(name)
    else:
        assert place[name] != value, f"{path} is {value} already"
        place[name] = value
    return documents


def main(paths):
    files = {}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            files[path] = list(yaml.safe_load_all(file))
    found = [f"{path}: {problem}" for path, documents in files.items()
             for problem in problems(documents)]
    if not found:
        trainings = [arguments for documents in files.values()
                     for arguments in arguments_of(documents)]
        if any(arguments != trainings[0] for arguments in trainings):
            found.append("the trainings differ in mpirun's arguments")
        for kind, path, value, expected in BROKEN:
            tries = [problems(damaged) for documents in files.values()
                     if (damaged := broken(documents, kind, path, value))]
            if not tries or not all(expected in "\n".join(lines) for lines in tries):
                found.append(f"{kind}: {path}: its damage was not refused with {expected!r}")
    for line in found:
        print(line, file=sys.stderr)
    if not found:
        print(f"{len(files)} files are sound; {len(BROKEN)} broken copies are refused.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
