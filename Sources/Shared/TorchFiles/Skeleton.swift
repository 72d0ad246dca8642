// Placeholder of the skeleton; replaced with the module's first file.
