/// What started this process as one of several, by the variables that it sets for each of them.
package struct MPILauncher: Sendable, Equatable {
  /// Processes of the job, as the launcher counts them.
  package let size: Int
  /// This process's number; nil where the launcher doesn't say.
  package let rank: Int?
  /// Where the size comes from.
  let variable: String
  /// The binary interfaces of the libraries that its processes use, the likeliest first.
  let interfaces: [MPIInterface]

  /// The launcher of this process; nil where none is known.
  ///
  /// mpirun comes before Slurm: in a job it starts helpers by srun, whose number is that of machines.
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

  /// Throws where MPI counts fewer processes than the launcher has started: a launcher that the library
  /// doesn't know starts jobs of one process each, which would all write the same files.
  ///
  /// - Parameters:
  ///   - size: what MPI says.
  ///   - library: its file.
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
  /// The sentence.
  package let description: String

  init(_ description: String) { self.description = description }
}
