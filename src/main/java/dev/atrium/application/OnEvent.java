package dev.atrium.application;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Called when a client emits an event, or makes a {@code call} of that name by the session protocol.
 *
 * <p>Parameters: the {@link Client}, if it comes first, and then the arguments of the event, each as any type that Jackson reads;
 * bytes are {@code byte[]}. Arguments that are missing are null; variable arguments are all that are left.
 *
 * <p>What it returns is acknowledged, if the client asked for that: a value, or what a {@code Uni} completes with; an
 * {@code Object[]} is several values. A
 * {@link dev.atrium.gateway.ErrorReply} is acknowledged as {@code {code, error}}, and any other failure as code 500.
 *
 * <p>It runs on the client's event loop and must not block, unless it is annotated with
 * {@link io.smallrye.common.annotation.Blocking}: then it runs on a worker thread, and the client's next event may be handled
 * meanwhile.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface OnEvent {

    /** The event's name. */
    String value();
}
