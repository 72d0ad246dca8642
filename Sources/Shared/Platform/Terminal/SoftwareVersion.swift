/// Version of the product, as in CHANGELOG.md: `--version` prints it, and files record it as the
/// version that made them.
package let softwareVersion = "0.2.0"
