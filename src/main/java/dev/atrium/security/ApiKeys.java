package dev.atrium.security;

import dev.atrium.security.AuthenticationException.Reason;
import dev.atrium.setting.Require;
import io.quarkus.runtime.util.HashUtil;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** API keys of backends. Any thread. */
final class ApiKeys {

    private static final int MIN_LENGTH = 16;

    private final List<Entry> keys = new ArrayList<>();

    private record Entry(byte[] digest, Identity identity) {
    }

    /** @throws io.quarkus.runtime.configuration.ConfigurationException naming the invalid setting */
    ApiKeys(Map<String, SecurityConfig.ApiKey> config) {
        config.forEach((name, each) -> {
            String setting = "atrium.api-keys." + name;
            Require.that(each.key().length() >= MIN_LENGTH, setting + ".key", "at least " + MIN_LENGTH + " characters");
            keys.add(new Entry(digest(each.key()), new Identity(Identity.Kind.KEY, name,
                    Require.parsed(setting + ".rooms", each.rooms(), Permissions::parse), Identity.NEVER)));
        });
    }

    Identity identity(String key) {
        byte[] digest = digest(key);
        Identity found = null;
        for (Entry each : keys) {
            // Compares all keys, each in constant time: the duration must not tell how much of a key was right.
            if (MessageDigest.isEqual(each.digest, digest)) {
                found = each.identity;
            }
        }
        if (found == null) {
            throw new AuthenticationException(Reason.UNKNOWN_KEY);
        }
        return found;
    }

    private static byte[] digest(String key) {
        return HashUtil.sha256(key).getBytes(StandardCharsets.US_ASCII);
    }
}
