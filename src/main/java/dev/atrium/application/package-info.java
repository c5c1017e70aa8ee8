/**
 * What an application adds to Atrium: beans that handle what clients do in a namespace, in the words of Socket.IO. A bean of the
 * same process is annotated with {@link dev.atrium.application.Namespace}, its methods with
 * {@link dev.atrium.application.OnConnect}, {@link dev.atrium.application.OnEvent} and
 * {@link dev.atrium.application.OnDisconnect}.
 */
package dev.atrium.application;
