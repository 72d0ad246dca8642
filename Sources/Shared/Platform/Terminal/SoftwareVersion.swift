/// Version of the product, as in CHANGELOG.md: what `--version` prints and what files say they were
/// made by.
package let softwareVersion = "0.2.0"
