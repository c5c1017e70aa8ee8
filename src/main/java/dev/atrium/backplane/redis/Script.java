package dev.atrium.backplane.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Lua script that Redis runs by its SHA-1. Scripts are loaded on each new connection, before anything else is sent on it:
 * loading one only when Redis misses it would let later publications overtake the one that found it missing.
 */
record Script(String body, String sha1) {

    static final Script PUBLISH = resource("publish.lua");
    static final Script VOLATILE = resource("volatile.lua");
    static final Script READ = resource("read.lua");
    static final Script HISTORY = resource("history.lua");
    static final Script ENTER = resource("enter.lua");
    static final Script EXIT = resource("exit.lua");
    static final Script RELEASE = resource("release.lua");
    static final Script RESUME = resource("resume.lua");
    static final Script SAVE = resource("save.lua");
    static final Script IDENTIFY = resource("identify.lua");
    static final Script FORGET = resource("forget.lua");

    private static final List<Script> ALL = List.of(PUBLISH, VOLATILE, READ, HISTORY, ENTER, EXIT, RELEASE, RESUME, SAVE,
            IDENTIFY, FORGET);

    /** Loads all scripts. */
    static Future<?> loadAll(RedisConnection connection) {
        return Future.all(ALL.stream().map(script -> connection.send(script.load())).toList());
    }

    Request load() {
        return Request.cmd(Command.SCRIPT).arg("LOAD").arg(body);
    }

    Request with(String... keys) {
        Request request = Request.cmd(Command.EVALSHA).arg(sha1).arg(keys.length);
        for (String key : keys) {
            request.arg(key);
        }
        return request;
    }

    private static Script resource(String name) {
        try (InputStream in = Script.class.getResourceAsStream(name)) {
            byte[] body = in.readAllBytes();
            String sha1 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(body));
            return new Script(new String(body, StandardCharsets.UTF_8), sha1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
