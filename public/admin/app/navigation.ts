import { batch, type ReadonlySignal, signal } from "@preact/signals";
import { type AuditView, WHOLE_TRAIL } from "../activity/audit-view.ts";
import { FIRST_VIEW, type ListView } from "../token-list/list-view.ts";
import { activityAddress, listAddress, type Place, placeAt } from "./addresses.ts";

/** The part of the browser's address behind the #, which no browser sends to any server. */
export interface AddressBar {
  /** With its #; empty if there is none. */
  readonly hash: string;
  /** Sets it as a step that Back undoes. */
  readonly push: (hash: string) => void;
  readonly replace: (hash: string) => void;
}

/** The current place. */
export type Route =
  | { readonly place: "list" }
  | { readonly place: "token"; readonly id: string }
  | { readonly place: "activity" };

/**
 * The current place, and all changes of it. The signals change together with the address, and a view is changed by a
 * function of the current view: so no change is lost when several come before the page is drawn again.
 */
export class Navigation {
  readonly #bar: AddressBar;
  readonly #route = signal<Route>({ place: "list" });
  readonly #listView = signal(FIRST_VIEW);
  readonly #auditView = signal(WHOLE_TRAIL);
  #followed: string | null = null;

  constructor(bar: AddressBar) {
    this.#bar = bar;
    this.follow();
  }

  get route(): ReadonlySignal<Route> {
    return this.#route;
  }

  /** The view of the list; on other places, the last one. */
  get listView(): ReadonlySignal<ListView> {
    return this.#listView;
  }

  /** The view of the audit trail; on other places, the last one. */
  get auditView(): ReadonlySignal<AuditView> {
    return this.#auditView;
  }

  /** Goes to an address within the page: a step that Back undoes, unless `isReplacing`. */
  go(address: string, isReplacing = false): void {
    if (address !== this.#bar.hash) {
      if (isReplacing) this.#bar.replace(address);
      else this.#bar.push(address);
    }
    this.follow();
  }

  /** Shows the list in another way. Does nothing on another place. */
  changeList(change: (view: ListView) => ListView, isReplacing = false): void {
    this.follow();
    if (this.#route.value.place === "list") this.go(listAddress(change(this.#listView.value)), isReplacing);
  }

  /** Shows the audit trail in another way. Does nothing on another place. */
  changeTrail(change: (view: AuditView) => AuditView): void {
    this.follow();
    if (this.#route.value.place === "activity") this.go(activityAddress(change(this.#auditView.value)));
  }

  /** Reads the address again. Call it when the browser changed the address. */
  follow(): void {
    const { hash } = this.#bar;
    if (hash === this.#followed) return;
    this.#followed = hash;
    batch(() => this.#show(placeAt(hash)));
  }

  #show(place: Place): void {
    if (place.name === "list") this.#listView.value = place.view;
    if (place.name === "activity") this.#auditView.value = place.view;
    this.#route.value = place.name === "token" ? { place: place.name, id: place.id } : { place: place.name };
  }
}
