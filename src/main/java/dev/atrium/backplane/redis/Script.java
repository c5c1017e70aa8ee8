package dev.atrium.backplane.redis;

import io.quarkus.runtime.util.HashUtil;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Lua script that Redis runs by its SHA-1. Scripts are loaded on each new connection, before anything else is sent on it:
 * loading one only when Redis misses it would let later publications overtake the one that found it missing.
 */
enum Script {
    PUBLISH("session.lua", "publish.lua"),
    VOLATILE("session.lua", "volatile.lua"),
    READ("read.lua"),
    HISTORY("history.lua"),
    ENTER("enter.lua"),
    EXIT("exit.lua"),
    RELEASE("release.lua"),
    DELETE("delete.lua"),
    RESUME("resume.lua"),
    SAVE("save.lua"),
    IDENTIFY("identify.lua"),
    FORGET("forget.lua"),
    RECORD("record.lua"),
    MISSED("missed.lua");

    private final String body;
    private final String sha1;

    Script(String... parts) {
        body = Stream.of(parts).map(Script::read).collect(Collectors.joining());
        sha1 = HashUtil.sha1(body);
    }

    static Future<?> loadAll(RedisConnection connection) {
        return Future.all(Stream.of(values())
                .map(script -> connection.send(Request.cmd(Command.SCRIPT).arg("LOAD").arg(script.body))).toList());
    }

    String sha1() {
        return sha1;
    }

    Request with(String... keys) {
        Request request = Request.cmd(Command.EVALSHA).arg(sha1).arg(keys.length);
        for (String key : keys) {
            request.arg(key);
        }
        return request;
    }

    private static String read(String name) {
        try (InputStream in = Script.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
