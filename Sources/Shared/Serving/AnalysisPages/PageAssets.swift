/// The files that the pages refer to, compiled into the program: style sheet, script and icon. The
/// server serves them below `/assets/`.
package enum PageAssets {
  /// A file with its MIME type; nil if there is none of that name.
  ///
  /// - Parameter name: The part of the address after `/assets/`, without the query.
  package static func file(named name: String) -> (bytes: [UInt8], contentType: String)? {
    switch name {
    case "style.css": (PackageResources.style_css, "text/css; charset=utf-8")
    case "app.js": (PackageResources.app_js, "text/javascript; charset=utf-8")
    case "icon.svg": (PackageResources.icon_svg, "image/svg+xml")
    default: nil
    }
  }

  static let style = address(of: "style.css", PackageResources.style_css)
  static let script = address(of: "app.js", PackageResources.app_js)
  static let icon = address(of: "icon.svg", PackageResources.icon_svg)

  /// Address with a hash of the content, so that browsers may cache a file for ever, and changed
  /// files have new addresses.
  private static func address(of name: String, _ bytes: [UInt8]) -> String {
    // FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/
    let hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { hash, byte in
      (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    return "/assets/\(name)?v=\(String(hash, radix: 36))"
  }
}
