package dev.atrium.ice;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.atrium.gateway.JsonAnswer;
import dev.atrium.security.Caller;
import dev.atrium.security.Identity;
import dev.atrium.setting.Require;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The configured ICE servers, with credentials for TURN that expire, as coturn's {@code use-auth-secret} checks them
 * (draft-uberti-behave-turn-rest-00). Created at startup: an invalid setting stops the start, and not the first request. Any
 * thread.
 */
@Startup
@Singleton
public final class IceServers {

    private static final String URLS = "atrium.ice.urls";
    private static final String SECRET = "atrium.ice.turn-secret";
    private static final String SECRET_FILE = "atrium.ice.turn-secret-file";

    private static final int MIN_SECRET = 16;
    private static final Duration MAX_TTL = Duration.ofDays(1);
    private static final int MAX_PORT = 65_535;
    /** A username of STUN has less than 513 bytes. */
    private static final int MAX_NAME = 256;

    /** RFC 7064 section 3.1 and RFC 7065 section 3.1. */
    private static final Pattern URL = Pattern.compile("(?:stuns?:HOST|(turns?):HOST(?:\\?transport=(?:udp|tcp))?)"
            .replace("HOST", "(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(?::([0-9]{1,5}))?"));

    private final List<String> stun = new ArrayList<>();
    private final List<String> turn = new ArrayList<>();
    private final SecretKeySpec secret;
    private final long ttlSeconds;
    private final Clock clock;

    /**
     * Servers that a client may use, and for how long: the configuration of an {@code RTCPeerConnection}.
     *
     * @param ttl seconds after which the credentials expire
     */
    public record Answer(List<Server> iceServers, long ttl) implements JsonAnswer {
    }

    /** One {@code RTCIceServer}. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Server(List<String> urls, String username, String credential) {
    }

    /** @throws ConfigurationException naming the invalid setting */
    @Inject
    IceServers(IceConfig config) {
        this(config, Clock.systemUTC());
    }

    IceServers(IceConfig config, Clock clock) {
        this.clock = clock;
        config.urls().orElse(List.of()).forEach(this::add);
        Require.between("atrium.ice.ttl", config.ttl(), Duration.ofSeconds(1), MAX_TTL);
        this.ttlSeconds = config.ttl().toSeconds();
        Require.that(config.turnSecret().isEmpty() || config.turnSecretFile().isEmpty(), SECRET_FILE, "none beside " + SECRET);
        String setting = config.turnSecretFile().isPresent() ? SECRET_FILE : SECRET;
        Optional<String> text = config.turnSecretFile().map(IceServers::read).or(config::turnSecret);
        Require.that(text.isPresent() || turn.isEmpty(), SECRET, "the secret that the TURN servers of " + URLS + " have");
        Require.that(text.isEmpty() || !turn.isEmpty(), setting, "none without a TURN server in " + URLS);
        Require.that(text.isEmpty() || text.get().length() >= MIN_SECRET, setting, "at least " + MIN_SECRET + " characters");
        this.secret = text.map(characters -> new SecretKeySpec(characters.getBytes(StandardCharsets.UTF_8), "HmacSHA1"))
                .orElse(null);
    }

    private void add(String url) {
        Matcher parts = URL.matcher(url);
        boolean valid = parts.matches() && isPort(parts.group(1)) && isPort(parts.group(3));
        Require.that(valid, URLS, "stun:host:port, stuns:…, turn:host:port?transport=udp or turns:…, got " + url);
        (parts.group(2) == null ? stun : turn).add(url);
    }

    private static boolean isPort(String port) {
        return port == null || Integer.parseInt(port) >= 1 && Integer.parseInt(port) <= MAX_PORT;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new ConfigurationException(SECRET_FILE + ": expected a file that can be read, got " + file);
        }
    }

    /** Returns the servers, with credentials for that client, if they need any. */
    public Answer of(Caller client) {
        List<Server> servers = new ArrayList<>();
        if (!stun.isEmpty()) {
            servers.add(new Server(stun, null, null));
        }
        if (!turn.isEmpty()) {
            String username = clock.instant().getEpochSecond() + ttlSeconds + ":" + name(client);
            servers.add(new Server(turn, username, credential(username)));
        }
        return new Answer(servers, ttlSeconds);
    }

    private String credential(String username) {
        try {
            Mac mac = Mac.getInstance(secret.getAlgorithm());
            mac.init(secret);
            return Base64.getEncoder().encodeToString(mac.doFinal(username.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has it", e);
        }
    }

    /** Name by which operators of the TURN servers find the client: its user, its key, or its address. */
    private static String name(Caller client) {
        Identity identity = client.identity();
        String name = switch (identity.kind()) {
            case TOKEN -> identity.name();
            case KEY -> "key@" + identity.name();
            default -> "anonymous@" + client.address();
        };
        String encoded = encode(name == null ? "" : name);
        return encoded.substring(0, Math.min(encoded.length(), MAX_NAME));
    }

    /** Percent-encodes what coturn rejects, spaces and quotes, or could take for another line of its log. */
    private static String encode(String name) {
        StringBuilder encoded = new StringBuilder();
        for (byte each : name.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = each >= '0' && each <= '9' || each >= 'A' && each <= 'Z' || each >= 'a' && each <= 'z'
                    || "-._~@:|+".indexOf(each) >= 0;
            encoded.append(plain ? Character.toString(each) : "%%%02X".formatted(each));
        }
        return encoded.toString();
    }
}
