/**
 * API of an application: beans that handle the events of clients in a namespace, with the terms of Socket.IO. A bean of the
 * same process is annotated with {@link dev.atrium.application.Namespace}, its methods with
 * {@link dev.atrium.application.OnConnect}, {@link dev.atrium.application.OnEvent} and
 * {@link dev.atrium.application.OnDisconnect}.
 */
package dev.atrium.application;
