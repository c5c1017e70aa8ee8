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
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Lua script that Redis runs by its SHA-1. Scripts are loaded on each new connection, before anything else is sent on it:
 * loading one only when Redis misses it would let later publications overtake the one that found it missing.
 */
record Script(String body, String sha1) {

    static final Script PUBLISH = resource("session.lua", "publish.lua");
    static final Script VOLATILE = resource("session.lua", "volatile.lua");
    static final Script READ = resource("read.lua");
    static final Script HISTORY = resource("history.lua");
    static final Script ENTER = resource("enter.lua");
    static final Script EXIT = resource("exit.lua");
    static final Script RELEASE = resource("release.lua");
    static final Script DELETE = resource("delete.lua");
    static final Script RESUME = resource("resume.lua");
    static final Script SAVE = resource("save.lua");
    static final Script IDENTIFY = resource("identify.lua");
    static final Script FORGET = resource("forget.lua");
    static final Script RECORD = resource("record.lua");
    static final Script MISSED = resource("missed.lua");

    private static final List<Script> ALL = List.of(PUBLISH, VOLATILE, READ, HISTORY, ENTER, EXIT, RELEASE, DELETE, RESUME,
            SAVE, IDENTIFY, FORGET, RECORD, MISSED);

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

    /** Joins the parts of a script. */
    private static Script resource(String... names) {
        String body = Stream.of(names).map(Script::read).collect(Collectors.joining());
        return new Script(body, HashUtil.sha1(body));
    }

    private static String read(String name) {
        try (InputStream in = Script.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
