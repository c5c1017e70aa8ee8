package dev.atrium.security;

import dev.atrium.room.RoomId;
import dev.atrium.setting.Require;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

/** Access policy: combines the permissions of all clients with those of an identity. Any thread. */
@Singleton
public final class Policy {

    private static final Logger LOG = Logger.getLogger(Policy.class);

    private static final String EVERYTHING = "/* *:join send history presence publish";

    private final boolean required;
    private final Permissions everyone;

    /** @throws ConfigurationException naming the invalid setting */
    @Inject
    Policy(SecurityConfig config) {
        required = config.auth().mode() == SecurityConfig.Mode.REQUIRED;
        everyone = config.permissions().everyone()
                .map(text -> Require.parsed("atrium.permissions.everyone", text, Permissions::parse))
                .orElse(required ? Permissions.NONE : Permissions.parse(EVERYTHING));
        if (!required) {
            LOG.warn("atrium.auth.mode is open: clients without a token are accepted; set it to required to reject them");
        }
    }

    private Policy() {
        required = false;
        everyone = Permissions.parse(EVERYTHING);
    }

    /** Returns a policy that grants every client everything except {@code admin}. */
    public static Policy open() {
        return new Policy();
    }

    public Identity unauthenticated() {
        return required ? Identity.NOBODY : Identity.ANONYMOUS;
    }

    public boolean allows(Identity who, RoomId room, Permission permission) {
        return !who.isNobody() && (everyone.allow(room, permission) || who.permissions().allow(room, permission));
    }

    /** Returns whether the permission is granted to that identity in every room of every namespace. */
    public boolean allowsEverywhere(Identity who, Permission permission) {
        return !who.isNobody() && (everyone.allowEverywhere(permission) || who.permissions().allowEverywhere(permission));
    }

    /** Returns whether that identity may connect to that namespace: without any permission there it would receive nothing. */
    public boolean reaches(Identity who, String namespace) {
        return !who.isNobody() && (everyone.reach(namespace) || who.permissions().reach(namespace));
    }
}
