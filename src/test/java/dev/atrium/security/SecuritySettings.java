package dev.atrium.security;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;

/** Default settings of security, with some overridden. */
public final class SecuritySettings {

    private SecuritySettings() {
    }

    /** @param settings names without {@code atrium.}, each followed by its value */
    public static SecurityConfig of(String... settings) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            values.put("atrium." + settings[i], settings[i + 1]);
        }
        return new SmallRyeConfigBuilder().withMapping(SecurityConfig.class)
                .withSources(new PropertiesConfigSource(values, "test", 100)).build().getConfigMapping(SecurityConfig.class);
    }
}
