import { byId } from './dom.js';
import { Refusal } from './session.js';
import { texts } from './texts.js';

/** @typedef {import('./session.js').Session} Session */
/** @typedef {import('./session.js').Visitor} Visitor */

/**
 * The button and the form for signing in.
 * @param {Session} session
 * @param {() => void} onChange called after somebody signed in or out
 */
export function createSignInView(session, onChange) {
  const button = byId('sign-in-button', HTMLButtonElement);
  const who = byId('signed-in-as', HTMLElement);
  const dialog = byId('sign-in', HTMLDialogElement);
  const form = byId('sign-in-form', HTMLFormElement);
  const name = byId('sign-in-name', HTMLInputElement);
  const password = byId('sign-in-password', HTMLInputElement);
  const problem = byId('sign-in-problem', HTMLElement);
  byId('sign-in-plain', HTMLElement).hidden = location.protocol === 'https:';

  const open = () => {
    problem.textContent = '';
    dialog.showModal();
  };
  button.addEventListener('click', () => {
    if (!session.credentials) return open();
    session.signOut();
    onChange();
  });
  byId('sign-in-cancel', HTMLButtonElement).addEventListener('click', () => dialog.close());
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    problem.textContent = '';
    try {
      await session.signIn({ name: name.value, password: password.value });
    } catch (error) {
      problem.textContent = error instanceof Refusal ? error.message : texts.signIn.failed;
      password.select();
      return;
    }
    form.reset();
    dialog.close();
    onChange();
  });

  return {
    /** @param {Visitor} visitor */
    show({ userName, hasUsers }) {
      button.hidden = !hasUsers;
      button.textContent = userName === undefined ? texts.signIn.open : texts.signIn.out;
      who.textContent = userName === undefined ? '' : texts.signIn.signedInAs(userName);
    },
    open,
  };
}
