/// The launcher that started this process as one of several, recognised by the environment
/// variables that it sets.
package struct MPILauncher: Sendable, Equatable {
  /// The number of processes that the launcher says it started.
  package let size: Int
  /// This process's number; nil if the launcher doesn't give it.
  package let rank: Int?
  /// The environment variable that `size` comes from.
  let variable: String
  /// The binary interfaces of the libraries that its processes use, the likeliest first.
  let interfaces: [MPIInterface]

  /// Nil if there are no variables of a known launcher.
  ///
  /// mpirun's variables are checked before Slurm's: in a Slurm job mpirun starts one helper on each
  /// machine by srun, and Slurm counts these.
  package init?(_ environment: [String: String]) {
    func number(_ name: String) -> Int? { environment[name].flatMap { Int($0) } }
    let known: [(size: String, rank: String, interfaces: [MPIInterface])] = [
      ("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", [.openMPI, .standard]),
      ("PMI_SIZE", "PMI_RANK", [.mpich, .standard]),
      (
        "SLURM_STEP_NUM_TASKS", "SLURM_PROCID",
        environment["PMIX_RANK"] == nil
          ? [.mpich, .standard, .openMPI] : [.openMPI, .standard, .mpich]
      ),
    ]
    for launcher in known {
      guard let size = number(launcher.size), size > 0 else { continue }
      self.size = size
      rank = number(launcher.rank)
      variable = launcher.size
      interfaces = launcher.interfaces
      return
    }
    return nil
  }

  /// Throws if MPI and the launcher count different numbers of processes. If the library doesn't
  /// know the launcher, every process is a job of its own, and all would write the same files.
  ///
  /// - Parameters:
  ///   - size: the number of processes that MPI counts.
  ///   - library: the file of the library.
  func check(size: Int, library: String) throws(MPIError) {
    guard size != self.size else { return }
    throw MPIError(
      "\(variable) says that \(self.size) processes were started, and MPI (\(library)) knows of \(size): "
        + "the launcher and the library don't belong together; start the job by the mpirun of this "
        + "library, by srun --mpi=pmix (Open MPI) or --mpi=pmi2 (MPICH), or name the library of the "
        + "launcher by --mpi PATH")
  }
}

/// What is wrong with MPI on this machine, and what to try.
package struct MPIError: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}
