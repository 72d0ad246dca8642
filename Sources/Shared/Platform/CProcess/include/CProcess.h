#ifndef CPROCESS_H
#define CPROCESS_H

/// From now on a file that is mapped into memory and lost its pages (somebody truncated it, or its
/// medium failed) ends the process with `status`, after one line on standard error with the file's
/// name and the offset. Any other SIGBUS does what it did before.
///
/// Such a read can't fail as a call does, and Swift can't catch the signal.
void name_lost_files(int status);

#endif
