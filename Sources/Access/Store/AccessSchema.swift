import Platform

/// The tables of users and what they may do. Of secrets only hashes are kept.
enum AccessSchema {
    static let migrations = [
        Migration(
            "access-001-users",
            """
            CREATE TABLE access_state (name {text} PRIMARY KEY, value {integer} NOT NULL);
            INSERT INTO access_state (name, value) VALUES ('version', 0);

            CREATE TABLE access_user (
                id {pk}, name {text} NOT NULL, folded {text} NOT NULL, display_name {text} NOT NULL,
                kind {text} NOT NULL, role {text}, is_active {integer} NOT NULL, password {text},
                password_version {integer} NOT NULL, created_at {integer} NOT NULL, updated_at {integer} NOT NULL,
                signed_in_at {integer});
            CREATE UNIQUE INDEX access_user_folded ON access_user (folded);

            CREATE TABLE access_group (
                id {pk}, name {text} NOT NULL, folded {text} NOT NULL, description {text} NOT NULL,
                created_at {integer} NOT NULL, updated_at {integer} NOT NULL);
            CREATE UNIQUE INDEX access_group_folded ON access_group (folded);
            CREATE TABLE access_member (
                id {pk}, group_id {integer} NOT NULL REFERENCES access_group (id),
                user_id {integer} NOT NULL REFERENCES access_user (id));
            CREATE UNIQUE INDEX access_member_group ON access_member (group_id, user_id);
            CREATE INDEX access_member_user ON access_member (user_id);

            CREATE TABLE access_token (
                id {text} PRIMARY KEY, digest {blob} NOT NULL, beginning {text} NOT NULL,
                user_id {integer} NOT NULL REFERENCES access_user (id), name {text} NOT NULL, level {text} NOT NULL,
                targets {text}, created_at {integer} NOT NULL, expires_at {integer}, used_at {integer});
            CREATE UNIQUE INDEX access_token_digest ON access_token (digest);
            CREATE UNIQUE INDEX access_token_name ON access_token (user_id, name);

            CREATE TABLE access_grant (
                id {pk}, user_id {integer} REFERENCES access_user (id), group_id {integer} REFERENCES access_group (id),
                kind {text} NOT NULL, form {text} NOT NULL, target {text} NOT NULL, level {text},
                created_at {integer} NOT NULL);
            CREATE UNIQUE INDEX access_grant_user ON access_grant (user_id, kind, form, target)
                WHERE user_id IS NOT NULL;
            CREATE UNIQUE INDEX access_grant_group ON access_grant (group_id, kind, form, target)
                WHERE group_id IS NOT NULL;
            CREATE INDEX access_grant_target ON access_grant (kind, form, target);

            CREATE TABLE access_session (
                digest {blob} PRIMARY KEY, id {text} NOT NULL, user_id {integer} NOT NULL REFERENCES access_user (id),
                created_at {integer} NOT NULL, seen_at {integer} NOT NULL, expires_at {integer} NOT NULL,
                address {text});
            CREATE UNIQUE INDEX access_session_id ON access_session (id);
            CREATE INDEX access_session_user ON access_session (user_id);
            CREATE INDEX access_session_expires ON access_session (expires_at);

            CREATE TABLE access_link (
                digest {blob} PRIMARY KEY, user_id {integer} REFERENCES access_user (id),
                created_at {integer} NOT NULL, expires_at {integer} NOT NULL);
            """),
        // Who people are to an identity provider.
        Migration(
            "access-010-identities",
            """
            CREATE TABLE access_identity (
                issuer {text} NOT NULL, subject {text} NOT NULL,
                user_id {integer} NOT NULL REFERENCES access_user (id), created_at {integer} NOT NULL,
                PRIMARY KEY (issuer, subject));
            CREATE INDEX access_identity_user ON access_identity (user_id);
            """),
    ]
}
