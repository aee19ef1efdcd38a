/// Prompts are registered models with a tag. Whoever looks for models does not want to see them.
enum Prompts {
    static let tag = "mlflow.prompt.is_prompt"
    /// Holds a prompt version's text.
    static let textTag = "mlflow.prompt.text"
    /// Tags that say what a thing is, not what users say about it.
    static let internalTags: Set<String> = [tag, "_mlflow_prompt_type"]

    /// The last tag of a key counts.
    static func marks(_ tags: [Tag]) -> Bool {
        tags.last { $0.key.utf8.elementsEqual(tag.utf8) }?.value.lowercased() == "true"
    }
}
