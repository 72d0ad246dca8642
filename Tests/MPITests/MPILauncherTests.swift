import Testing

@testable import MPI

/// The variables by which launchers describe the processes that they start.
@Suite struct MPILauncherTests {
  private func launcher(_ environment: [String: String]) -> MPILauncher? {
    MPILauncher(environment)
  }

  @Test func launchersAreKnownByTheirVariables() throws {
    let openMPI = try #require(
      launcher(["OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "3"]))
    #expect(openMPI.size == 4 && openMPI.rank == 3 && openMPI.interfaces.first == .openMPI)
    let mpich = try #require(launcher(["PMI_SIZE": "2", "PMI_RANK": "0"]))
    #expect(mpich.size == 2 && mpich.rank == 0 && mpich.interfaces.first == .mpich)
    #expect(!mpich.interfaces.contains(.openMPI))
    let slurm = ["SLURM_STEP_NUM_TASKS": "8", "SLURM_PROCID": "5"]
    let plain = try #require(launcher(slurm))
    #expect(plain.size == 8 && plain.rank == 5)
    let pmix = try #require(launcher(slurm.merging(["PMIX_RANK": "5"]) { $1 }))
    #expect(pmix.interfaces.first == .openMPI)
  }

  /// In a Slurm job, mpirun starts one helper per machine by srun, and there are more processes.
  @Test func mpirunComesBeforeSlurm() throws {
    let both = try #require(
      launcher([
        "SLURM_STEP_NUM_TASKS": "2", "SLURM_PROCID": "1", "OMPI_COMM_WORLD_SIZE": "16",
        "OMPI_COMM_WORLD_RANK": "9",
      ]))
    #expect(both.size == 16 && both.rank == 9)
  }

  /// A job outside of any step, nonsense, and nothing at all.
  @Test(arguments: [
    [:], ["SLURM_NTASKS": "4", "SLURM_JOB_ID": "12"], ["PMI_SIZE": "many"], ["PMI_SIZE": "0"],
    ["OMPI_COMM_WORLD_SIZE": "-2"], ["OMPI_COMM_WORLD_SIZE": ""],
  ])
  func nothingIsNoLauncher(_ environment: [String: String]) {
    #expect(launcher(environment) == nil)
  }

  @Test func aRankThatIsNotSaidIsUnknown() throws {
    let found = try #require(launcher(["PMI_SIZE": "2"]))
    #expect(found.rank == nil)
  }

  /// A library that doesn't know the launcher counts one process.
  @Test func countsAreCompared() throws {
    let found = try #require(launcher(["PMI_SIZE": "2", "PMI_RANK": "1"]))
    try found.check(size: 2, library: "libmpi.so.12")
    let error = #expect(throws: MPIError.self) {
      try found.check(size: 1, library: "libmpi.so.40")
    }
    #expect(
      error?.description.hasPrefix(
        "PMI_SIZE says that 2 processes were started, and MPI (libmpi.so.40) knows of 1") == true)
  }
}
