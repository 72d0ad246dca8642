internal import Glibc

/// The binary interfaces that MPI libraries have.
enum MPIInterface: String, Sendable, CaseIterable {
  /// Open MPI 4 and 5.
  case openMPI = "Open MPI"
  /// MPICH's, which Intel MPI, MVAPICH and Cray MPICH share.
  case mpich = "MPICH ABI"
  /// The one of the MPI 5 standard.
  case standard = "MPI 5 ABI"

  /// Names of the libraries, without their folder.
  var fileNames: [String] {
    switch self {
    case .openMPI: ["libmpi.so.40"]
    case .mpich: ["libmpi.so.12", "libmpich.so.12"]
    case .standard: ["libmpi_abi.so.1", "libmpi_abi.so.0"]
    }
  }
}

/// The functions of an MPI library that is opened at run time: no MPI is needed to build.
///
/// Only bytes are sent, so that two kinds of MPI's handles are enough: communicators (the world and
/// its copies) and the type of bytes. A handle has 4 bytes in MPICH's interface and 8 in the
/// others. On x86-64 and arm64 either is passed in one register; here it is kept in 8 bytes, of
/// which MPICH uses the first 4. The status of a message is not read.
struct MPILibrary {
  typealias Count = Int32
  typealias Handle = Int
  typealias Request = UnsafeMutablePointer<Handle>

  let interface: MPIInterface
  /// The library as it was opened: a path, or a name that the system looks up.
  let file: String
  let world: Handle
  let byte: Handle
  /// MPI_THREAD_FUNNELED: the thread that initialised MPI makes all calls.
  let funneled: Int32
  /// MPI_STATUS_IGNORE.
  private let noStatus: Int
  /// MPI_IN_PLACE.
  private let inPlace: UnsafeRawPointer?

  private let initThread: @convention(c) (Int, Int, Int32, UnsafeMutablePointer<Int32>) -> Int32
  private let commRank: @convention(c) (Handle, UnsafeMutablePointer<Int32>) -> Int32
  private let commSize: @convention(c) (Handle, UnsafeMutablePointer<Int32>) -> Int32
  private let commDuplicate: @convention(c) (Handle, Request) -> Int32
  private let ialltoallv:
    @convention(c) (
      UnsafeRawPointer, UnsafePointer<Count>, UnsafePointer<Count>, Handle,
      UnsafeMutableRawPointer, UnsafePointer<Count>, UnsafePointer<Count>, Handle, Handle, Request
    ) -> Int32
  private let iallgather:
    @convention(c) (
      UnsafeRawPointer?, Count, Handle, UnsafeMutableRawPointer, Count, Handle, Handle, Request
    ) -> Int32
  private let ibcast:
    @convention(c) (UnsafeMutableRawPointer, Count, Handle, Int32, Handle, Request) -> Int32
  private let isend:
    @convention(c) (UnsafeRawPointer, Count, Handle, Int32, Int32, Handle, Request) -> Int32
  private let irecv:
    @convention(c) (UnsafeMutableRawPointer, Count, Handle, Int32, Int32, Handle, Request) -> Int32
  private let test: @convention(c) (Request, UnsafeMutablePointer<Int32>, Int) -> Int32
  private let abortJob: @convention(c) (Handle, Int32) -> Int32
  private let finalizeMPI: @convention(c) () -> Int32

  /// Opens the library at `path`, or the first one that the system finds for the launcher.
  init(path: String?, for launcher: MPILauncher?) throws(MPIError) {
    let names: [String]
    if let path {
      names = [path]
    } else {
      let interfaces = launcher?.interfaces ?? MPIInterface.allCases
      names = interfaces.flatMap(\.fileNames)
    }
    var reasons: [String] = []
    for name in names {
      guard let handle = dlopen(name, RTLD_NOW | RTLD_GLOBAL) else {
        reasons.append(dlerror().map { String(cString: $0) } ?? "\(name) can't be opened")
        continue
      }
      try self.init(handle, file: name)
      return
    }
    throw MPIError(
      "no MPI library can be opened (\(reasons.joined(separator: "; "))); install the one that the "
        + "launcher belongs to, such as Debian's openmpi-bin or mpich, or name it by --mpi PATH")
  }

  private init(_ handle: UnsafeMutableRawPointer, file: String) throws(MPIError) {
    func find<Function>(_ name: String, _ type: Function.Type) throws(MPIError) -> Function {
      guard let address = dlsym(handle, name) else {
        throw MPIError(
          "\(file) has no function \(name): it is no MPI library of version 3 or later; name another "
            + "one by --mpi PATH")
      }
      return unsafeBitCast(address, to: type)
    }
    self.file = file
    interface = Self.interface(of: handle, file: file)
    switch interface {
    case .openMPI:
      // Its handles are addresses of its own objects.
      world = Int(bitPattern: dlsym(handle, "ompi_mpi_comm_world"))
      byte = Int(bitPattern: dlsym(handle, "ompi_mpi_byte"))
      (funneled, noStatus) = (1, 0)
    case .mpich: (world, byte, funneled, noStatus) = (0x4400_0000, 0x4c00_010d, 1, 1)
    case .standard: (world, byte, funneled, noStatus) = (0x101, 0x247, 1024, 0)
    }
    inPlace = UnsafeRawPointer(bitPattern: interface == .mpich ? -1 : 1)
    initThread = try find("MPI_Init_thread", type(of: initThread))
    commRank = try find("MPI_Comm_rank", type(of: commRank))
    commSize = try find("MPI_Comm_size", type(of: commSize))
    commDuplicate = try find("MPI_Comm_dup", type(of: commDuplicate))
    ialltoallv = try find("MPI_Ialltoallv", type(of: ialltoallv))
    iallgather = try find("MPI_Iallgather", type(of: iallgather))
    ibcast = try find("MPI_Ibcast", type(of: ibcast))
    isend = try find("MPI_Isend", type(of: isend))
    irecv = try find("MPI_Irecv", type(of: irecv))
    test = try find("MPI_Test", type(of: test))
    abortJob = try find("MPI_Abort", type(of: abortJob))
    finalizeMPI = try find("MPI_Finalize", type(of: finalizeMPI))
  }

  /// Open MPI is recognised by its objects, and the library of the standard by its name.
  private static func interface(of handle: UnsafeMutableRawPointer, file: String) -> MPIInterface {
    if dlsym(handle, "ompi_mpi_comm_world") != nil { return .openMPI }
    let name = file.split(separator: "/").last ?? ""
    return name.hasPrefix("libmpi_abi") ? .standard : .mpich
  }

  // MARK: Calls, all on the thread that called `begin`

  /// Initialises MPI.
  func begin() throws(MPIError) -> (rank: Int, size: Int) {
    var (level, rank, size): (Int32, Int32, Int32) = (0, 0, 0)
    try check(initThread(0, 0, funneled, &level), "MPI_Init_thread")
    guard level >= funneled else {
      throw MPIError("\(file) doesn't support threads; name another library by --mpi PATH")
    }
    try check(commRank(world, &rank), "MPI_Comm_rank")
    try check(commSize(world, &size), "MPI_Comm_size")
    return (Int(rank), Int(size))
  }

  /// Creates another communicator of all ranks. Its operations have an order of their own. All
  /// ranks must call this.
  func duplicateWorld() throws(MPIError) -> Handle {
    var copy: Handle = 0
    try check(commDuplicate(world, &copy), "MPI_Comm_dup")
    return copy
  }

  private func check(_ status: Int32, _ function: String) throws(MPIError) {
    guard status == 0 else { throw MPIError("\(function) of \(file) failed with \(status)") }
  }

  // Errors in the calls below end the job: this is what MPI's default error handler does.

  /// The number of bytes exchanged with each rank, and their offset. The memory must live until the
  /// exchange is complete.
  typealias Layout = (
    counts: UnsafeMutablePointer<Count>, starts: UnsafeMutablePointer<Count>
  )

  /// Sends bytes to each rank and receives bytes from each, in the same layout.
  func postAllToAll(
    _ sent: UnsafeRawPointer, _ received: UnsafeMutableRawPointer, _ layout: Layout,
    on communicator: Handle, _ request: Request
  ) {
    _ = ialltoallv(
      sent, layout.counts, layout.starts, byte, received, layout.counts, layout.starts, byte,
      communicator, request)
  }

  /// Sends bytes to all ranks and receives those of all. If `sent` is nil, this rank's bytes are
  /// already in their place in `received`.
  func postAllGather(
    _ sent: UnsafeRawPointer?, _ received: UnsafeMutableRawPointer, bytesOfRank: Int,
    on communicator: Handle, _ request: Request
  ) {
    _ = iallgather(
      sent ?? inPlace, Count(bytesOfRank), byte, received, Count(bytesOfRank), byte, communicator,
      request)
  }

  func postBroadcast(_ bytes: UnsafeMutableRawPointer, count: Int, _ request: Request) {
    _ = ibcast(bytes, Count(count), byte, 0, world, request)
  }

  func postSend(_ bytes: UnsafeRawPointer, count: Int, to rank: Int, tag: Int32, _ request: Request)
  {
    _ = isend(bytes, Count(count), byte, Int32(rank), tag, world, request)
  }

  func postReceive(
    _ bytes: UnsafeMutableRawPointer, count: Int, from rank: Int, tag: Int32, _ request: Request
  ) {
    _ = irecv(bytes, Count(count), byte, Int32(rank), tag, world, request)
  }

  /// Advances what was posted, and says whether this request is complete.
  func isComplete(_ request: Request) -> Bool {
    var flag: Int32 = 0
    _ = test(request, &flag, noStatus)
    return flag != 0
  }

  /// Ends all processes of the job.
  func abort(status: Int32) { _ = abortJob(world, status) }

  func finalize() { _ = finalizeMPI() }
}
