import Analyses
import AnalysisPages
import TestSupport
import Testing

/// Rules for every page, whatever its content.
struct PageSafetyTests {
  /// The pages' content security policy forbids all of these.
  @Test func nothingStandsInlineThatThePolicyForbids() throws {
    for (name, page) in Samples.allPages() {
      for element in try outline(page).elements {
        #expect(element.name != "style", "\(name)")
        #expect(element.attributes["style"] == nil, "\(name): \(element)")
        let handlers = element.attributes.keys.filter { $0.lowercased().hasPrefix("on") }
        #expect(handlers.isEmpty, "\(name): \(element)")
        if element.name == "script" {
          #expect(element.attributes["src"]?.hasPrefix("/assets/app.js?v=") == true, "\(name)")
        }
      }
    }
  }

  @Test func nothingIsFetchedFromElsewhere() throws {
    let keys: Set = ["src", "href", "action", "poster", "srcset", "formaction", "data"]
    for (name, page) in Samples.allPages() {
      for element in try outline(page).elements {
        for (key, value) in element.attributes where keys.contains(key) {
          let isLocal = value.hasPrefix("/") && !value.hasPrefix("//") || value.hasPrefix("#")
          #expect(isLocal, "\(name): \(key)=\(value)")
          #expect(!value.contains("\\"), "\(name): \(key)=\(value)")
        }
      }
    }
  }

  @Test func namesAreTextEverywhere() throws {
    for (name, page) in Samples.allPages() {
      #expect(!page.contains("<script>"), "\(name)")
      #expect(!page.contains("<img src=x"), "\(name)")
      let outline = try outline(page)
      #expect(outline.elements("script").count == 1, "\(name)")
    }
    #expect(
      try outline(Samples.home([Samples.analysis(.queued, name: Samples.hostile)])).text
        .contains(Samples.hostile))
  }

  @Test func identifiersAreUniqueAndReferencesLeadToThem() throws {
    for (name, page) in Samples.allPages() {
      let elements = try outline(page).elements
      let identifiers = elements.compactMap { $0.attributes["id"] }
      #expect(Set(identifiers).count == identifiers.count, "\(name): \(identifiers)")
      for element in elements {
        for key in ["aria-labelledby", "aria-describedby", "for"] {
          for word in element.attributes[key]?.split(separator: " ") ?? [] {
            #expect(identifiers.contains(String(word)), "\(name): \(key)=\(word)")
          }
        }
      }
    }
  }

  @Test func pagesHaveLanguageTitleAndOneHeading() throws {
    for (name, page) in Samples.allPages() {
      #expect(page.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"), "\(name)")
      let outline = try outline(page)
      #expect(outline.elements("title").count >= 1, "\(name)")
      #expect(outline.elements("h1").count == 1, "\(name)")
      #expect(outline.elements("main").count == 1, "\(name)")
    }
  }

  @Test func whereTheServerKeepsModelsIsNotShown() {
    for (name, page) in Samples.allPages() { #expect(!page.contains("/srv/secret"), "\(name)") }
  }
}

/// The elements of a page, which is also well-formed XML.
func outline(_ page: String) throws -> XMLOutline {
  try XMLOutline(page.replacing("<!DOCTYPE html>", with: ""))
}

/// The attributes of the element with an identifier.
func element(_ identifier: String, of page: String) throws -> [String: String]? {
  try outline(page).elements.first { $0.attributes["id"] == identifier }?.attributes
}
