package dev.atrium.command;

import dev.atrium.security.Authenticator;
import dev.atrium.security.InvalidGrantException;
import dev.atrium.security.Permission;
import dev.atrium.security.Permissions;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.jwt.algorithm.SignatureAlgorithm;
import io.smallrye.jwt.build.Jwt;
import io.smallrye.jwt.build.JwtClaimsBuilder;
import io.smallrye.jwt.build.JwtSignatureException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Command that prints a token (RFC 7519), signed with a given key: for trying things out, and for scripts. */
@Command(name = "token", description = "Prints a token for a user.")
final class TokenCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(names = "--user", required = true, description = "Who it is for: its claim sub.")
    private String user;

    @Option(names = "--rooms", converter = Grants.class, paramLabel = "<grants>", description = "Which rooms it grants, and what there, in quotes: 'lobby:join send,news:join'. Without it, nothing.")
    private Rooms rooms = new Rooms(Map.of());

    @Option(names = "--expires", defaultValue = "1h", converter = Time.class, description = "How long it is good: 10m, 1h, 7d (default ${DEFAULT-VALUE}).")
    private Duration expires;

    @Option(names = "--issuer", description = "Issuer, its claim iss.")
    private String issuer;

    @Option(names = "--audience", description = "Audience, its claim aud.")
    private String audience;

    @Option(names = "--key", required = true, description = "File with the key to sign with: PEM, or a JWK, which may be a shared secret.")
    private Path key;

    @Option(names = "--algorithm", defaultValue = "RS256", description = "RS256, PS256, ES256, HS256 … (default ${DEFAULT-VALUE}).")
    private SignatureAlgorithm algorithm;

    private record Rooms(Map<String, Set<Permission>> grants) {
    }

    @Override
    public Integer call() {
        if (user.isBlank()) {
            throw new ParameterException(spec.commandLine(), "Invalid value for option '--user': expected a name");
        }
        if (!Files.isReadable(key)) {
            throw new ParameterException(spec.commandLine(), "There is no file " + key);
        }
        JwtClaimsBuilder claims = Jwt.claims().subject(user).expiresIn(expires);
        if (!rooms.grants.isEmpty()) {
            claims.claim(Authenticator.ROOMS_CLAIM, words(rooms.grants));
        }
        if (issuer != null) {
            claims.issuer(issuer);
        }
        if (audience != null) {
            claims.audience(audience);
        }
        try {
            System.out.println(claims.jws().algorithm(algorithm).sign("file:" + key.toAbsolutePath()));
            return 0;
        } catch (JwtSignatureException e) {
            throw new ParameterException(spec.commandLine(),
                    "The token cannot be signed: " + key + " is no private key for " + algorithm);
        }
    }

    private static Map<String, String> words(Map<String, Set<Permission>> grants) {
        Map<String, String> words = new LinkedHashMap<>();
        grants.forEach((pattern, permissions) -> words.put(pattern,
                permissions.stream().map(Permission::word).collect(Collectors.joining(" "))));
        return words;
    }

    /** Validated here, because a server would reject the token. */
    private static final class Grants implements ITypeConverter<Rooms> {

        @Override
        public Rooms convert(String text) {
            try {
                Map<String, Set<Permission>> grants = Permissions.grants(text);
                new Permissions(grants);
                return new Rooms(grants);
            } catch (InvalidGrantException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    private static final class Time implements ITypeConverter<Duration> {

        @Override
        public Duration convert(String text) {
            try {
                Duration duration = DurationConverter.parseDuration(text);
                if (duration.isNegative() || duration.isZero()) {
                    throw new IllegalArgumentException("expected a positive duration");
                }
                return duration;
            } catch (RuntimeException e) {
                throw new TypeConversionException("expected a duration, for example 10m, 1h or 7d");
            }
        }
    }
}
