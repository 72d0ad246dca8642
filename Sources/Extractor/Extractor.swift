@main struct Extractor { static func main() {} }
