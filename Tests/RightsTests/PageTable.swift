/// What pages and their forms ask for, as `EndpointTable` says it of calls.
extension EndpointTable {
    static let pages = """
        signed-in - GET /
        signed-in - GET /search?q=secret
        anyone - GET /assets/0/none.css
        read all GET /audit
        read all GET /audit/0
        read all GET /system
        read list GET /experiments
        edit some POST /experiments name={new}
        read some GET /experiments/{experiment}
        read some GET /experiments/{experiment}/filter-keys
        read some GET /experiments/{experiment}/runs.csv
        read some GET /experiments/{experiment}/runs.json
        edit some POST /experiments/{experiment}/views name=v
        edit some POST /experiments/{experiment}/views/delete name=v
        read some GET /experiments/{experiment}/settings
        edit some POST /experiments/{experiment}/settings name={new}
        edit some POST /experiments/{experiment}/tags key=k&value=v
        manage some POST /experiments/{experiment}/delete confirm={experiment_name}
        manage some POST /experiments/{deleted_experiment}/restore x=
        read some GET /runs/{run}
        read some GET /runs/{run_beginning}
        read some GET /runs/compare?run={run}&run={deleted_run}
        read some GET /runs/{run}/metrics
        read some GET /runs/{run}/metrics/loss
        read some GET /runs/{run}/artifacts
        read some GET /runs/{run}/artifacts/file.txt
        edit some GET /runs/{run}/edit
        edit some POST /runs/{run}/edit name=n
        edit some POST /runs/{run}/tags key=k&value=v
        manage some POST /runs/{run}/delete x=
        manage some POST /runs/{deleted_run}/restore x=
        read list GET /models
        read list GET /model/1
        read list GET /model/1/versions/1
        read some GET /models/{model}
        read some GET /models/{model}/versions/1
        edit some POST /models/{model}/description description=d
        edit some POST /models/{model}/tags key=k&value=v
        approve some POST /models/{model}/aliases alias=a&version=1&reason=r
        manage some POST /models/{model}/delete confirm={model}&reason=r
        manage some POST /models/{model}/rename new_name={new}
        approve some POST /models/{model}/versions/1/stage stage=Staging&reason=r
        edit some POST /models/{model}/versions/1/description description=d
        edit some POST /models/{model}/versions/1/tags key=k&value=v
        manage some POST /models/{model}/versions/1/delete confirm=1&reason=r
        administer all GET /webhooks
        administer all GET /webhooks/{webhook}
        administer all POST /webhooks name=w
        administer all POST /webhooks/{webhook} name=w
        administer all POST /webhooks/{webhook}/state enabled=on
        administer all POST /webhooks/{webhook}/test x=
        administer all POST /webhooks/{webhook}/delete x=
        administer all POST /webhooks/{webhook}/deliveries/0/redeliver x=
        anyone - GET /sign-in
        anyone - POST /sign-in name=x&password=y
        anyone - POST /sign-out x=
        anyone - GET /setup
        anyone - POST /setup token=x
        signed-in - GET /roles
        signed-in - GET /tokens
        signed-in - POST /tokens name=x
        signed-in - POST /tokens/none/revoke x=
        administer all GET /users
        administer all POST /users name=x
        signed-in - GET /users/none
        signed-in - POST /users/none/name display_name=x
        signed-in - POST /users/none/password password=x
        signed-in - POST /sessions/none/end x=
        administer all POST /users/none/role role=viewer
        administer all POST /users/none/active active=on
        administer all POST /users/none/delete x=
        administer all POST /users/none/link x=
        administer all POST /users/none/grants level=read
        administer all POST /grants/1/remove x=
        administer all GET /groups
        administer all GET /groups/none
        administer all POST /groups name=x
        administer all POST /groups/none/members user=x
        administer all POST /groups/none/members/x/remove x=
        administer all POST /groups/none/grants level=read
        administer all POST /groups/none/delete x=

        """

    /// Users, groups, tokens and grants. What is for whoever is signed in looks by itself at whose it is: AccessTests.
    static let people = """
        signed-in - GET /api/v1/me
        signed-in - PATCH /api/v1/me {"display_name":"x"}
        signed-in - PUT /api/v1/me/password {"password":"x"}
        signed-in - GET /api/v1/me/sessions
        signed-in - DELETE /api/v1/me/sessions/none
        signed-in - GET /api/v1/roles
        anyone - POST /api/v1/sessions {"name":"x","password":"y"}
        signed-in - DELETE /api/v1/sessions/current
        anyone - POST /api/v1/setup {"token":"x","password":"y"}
        signed-in - GET /api/v1/tokens
        signed-in - POST /api/v1/tokens {"name":"x"}
        signed-in - DELETE /api/v1/tokens/none
        administer all GET /api/v1/users
        administer all POST /api/v1/users {"name":"x"}
        administer all POST /api/v1/service-accounts {"name":"x"}
        signed-in - GET /api/v1/users/none
        administer all PATCH /api/v1/users/none {"active":false}
        administer all DELETE /api/v1/users/none
        administer all PUT /api/v1/users/none/password {"password":"x"}
        administer all POST /api/v1/users/none/link
        administer all GET /api/v1/groups
        administer all POST /api/v1/groups {"name":"x"}
        administer all GET /api/v1/groups/none
        administer all PATCH /api/v1/groups/none {"name":"x"}
        administer all DELETE /api/v1/groups/none
        administer all PUT /api/v1/groups/none/members/x
        administer all DELETE /api/v1/groups/none/members/x
        signed-in - GET /api/v1/grants
        signed-in - PUT /api/v1/grants {"user":"x","level":"read"}
        signed-in - DELETE /api/v1/grants/1
        administer all POST /api+/2.0/mlflow/users/create {"username":"x","password":"y"}
        signed-in - GET /api+/2.0/mlflow/users/get?username=none
        signed-in - GET /api+/2.0/mlflow/users/current
        administer all GET /api+/2.0/mlflow/users/list
        signed-in - PATCH /api+/2.0/mlflow/users/update-password {"username":"x","password":"y"}
        administer all PATCH /api+/2.0/mlflow/users/update-admin {"username":"x","is_admin":true}
        administer all DELETE /api+/2.0/mlflow/users/delete {"username":"x"}
        signed-in - POST /api+/2.0/mlflow/experiments/permissions/create {"experiment_id":"1","username":"x","permission":"READ"}
        signed-in - GET /api+/2.0/mlflow/experiments/permissions/get?experiment_id=1&username=x
        signed-in - PATCH /api+/2.0/mlflow/experiments/permissions/update {"experiment_id":"1","username":"x","permission":"READ"}
        signed-in - DELETE /api+/2.0/mlflow/experiments/permissions/delete {"experiment_id":"1","username":"x"}
        signed-in - POST /api+/2.0/mlflow/registered-models/permissions/create {"name":"m","username":"x","permission":"READ"}
        signed-in - GET /api+/2.0/mlflow/registered-models/permissions/get?name=m&username=x
        signed-in - PATCH /api+/2.0/mlflow/registered-models/permissions/update {"name":"m","username":"x","permission":"READ"}
        signed-in - DELETE /api+/2.0/mlflow/registered-models/permissions/delete {"name":"m","username":"x"}
        signed-in - POST /api+/3.0/mlflow/users/permissions/grant {"username":"x"}
        signed-in - POST /api+/3.0/mlflow/users/permissions/revoke {"username":"x"}
        signed-in - GET /api+/3.0/mlflow/users/permissions/get?username=x
        signed-in - GET /api+/3.0/mlflow/users/permissions/list?username=x
        signed-in - GET /api+/3.0/mlflow/users/current/permissions
        signed-in - GET /api+/3.0/mlflow/users/roles/list?username=x
        administer all POST /api+/3.0/mlflow/roles/create {"name":"x"}
        administer all GET /api+/3.0/mlflow/roles/get?role_id=1
        administer all GET /api+/3.0/mlflow/roles/list
        administer all PATCH /api+/3.0/mlflow/roles/update {"role_id":1}
        administer all DELETE /api+/3.0/mlflow/roles/delete {"role_id":1}
        administer all POST /api+/3.0/mlflow/roles/permissions/add {"role_id":1}
        administer all DELETE /api+/3.0/mlflow/roles/permissions/remove {"role_permission_id":1}
        administer all GET /api+/3.0/mlflow/roles/permissions/list?role_id=1
        administer all PATCH /api+/3.0/mlflow/roles/permissions/update {"role_permission_id":1}
        administer all POST /api+/3.0/mlflow/roles/assign {"role_id":1,"username":"x"}
        administer all DELETE /api+/3.0/mlflow/roles/unassign {"role_id":1,"username":"x"}
        administer all GET /api+/3.0/mlflow/roles/users/list?role_id=1

        """
}
