package dev.atrium.security;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.jwt.auth.principal.JWTParser;
import java.util.Map;

/** Factory of a policy, limits and an authenticator, whose constructors are not public. */
public final class TestSecurity {

    /** Signal of a replica whose heap is full of live data. */
    public static final LoadSignal SCARCE_MEMORY = new LoadSignal() {
        @Override
        public boolean isExhausted() {
            return false;
        }

        @Override
        public boolean isMemoryScarce() {
            return true;
        }
    };

    private static final String KEY_SETTING = "mp.jwt.verify.publickey";

    private TestSecurity() {
    }

    public static SecurityConfig config(Map<String, String> settings) {
        return new SmallRyeConfigBuilder().withMapping(SecurityConfig.class)
                .withSources(new PropertiesConfigSource(settings, "test", 100))
                .build().getConfigMapping(SecurityConfig.class);
    }

    public static Policy policy(SecurityConfig config) {
        return new Policy(config);
    }

    public static LimitException exceeded(Limit limit) {
        return new LimitException(limit);
    }

    /** Authenticator that verifies tokens with that parser. */
    public static Authenticator authenticator(JWTParser parser, SecurityConfig config) {
        System.setProperty(KEY_SETTING, "set");
        try {
            return new Authenticator(parser, config);
        } finally {
            System.clearProperty(KEY_SETTING);
        }
    }

    /** Authenticator without a verification key. */
    public static Authenticator withoutKey(SecurityConfig config) {
        return new Authenticator(null, config);
    }
}
