import Core
import MLflow
import Platform

/// How endpoints of this domain say what they are about. A registered model is known by its name, so rights over it are
/// decided without a look at whether it is there.
extension Concern {
    static func model(_ name: String) -> Concern {
        .existing(.registeredModel(name), absence: RegistryReader.noModel(name))
    }
}

extension Endpoint {
    /// About the model that the part `{name}` of the path names.
    func aboutModel() -> Endpoint { about { [.model(try $0.parameter("name"))] } }
}

extension [Endpoint] {
    /// About the model that the field `name` names.
    func aboutModel() -> [Endpoint] { about { message, _ in [.model(try message.requiredText("name"))] } }
}
