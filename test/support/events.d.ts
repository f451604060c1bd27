/** Events made by hand for tests: short to write, whole enough for the engine. */
import { type Action } from '../../src/engine/event/action.js';
import type { Event, Fields } from '../../src/engine/event/event.js';
export declare const T0: number;
export interface Extra {
    readonly host?: string;
    readonly sensor?: Event['sensor'];
    readonly file?: string;
    readonly line?: number;
    readonly record?: number;
    readonly provider?: string;
    readonly loggerPid?: number;
    readonly eventId?: number;
}
/** Any event; `atMs` counts from T0. Records differ in identity unless `record` and the time are equal. */
export declare function event(action: Action | undefined, atMs: number, fields: Fields, extra?: Extra): Event;
/** A GUID for a name: start time in whole seconds as Sysmon puts it, the name's hash in the rest. */
export declare function guidOf(name: string, startMs: number): string;
/** A process in a test: its name gives image, GUID and pid. */
export interface Actor {
    readonly guid: string;
    readonly pid: number;
    readonly image: string;
    readonly startMs: number;
}
export declare function actor(name: string, startMs: number, options?: {
    image?: string;
    pid?: number;
}): Actor;
export declare const EXPLORER: Actor;
export declare function create(process: Actor, parent: Actor | undefined, fields?: Fields, extra?: Extra): Event;
/** A creation as Security 4688 tells it, after normalisation: pids, no GUIDs. */
export declare function create4688(process: Actor, parent: Actor | undefined, fields?: Fields, extra?: Extra & {
    atMs?: number;
}): Event;
export declare function end(process: Actor, atMs: number, extra?: Extra): Event;
export declare function act(action: Action, process: Actor, atMs: number, fields?: Fields, extra?: Extra): Event;
