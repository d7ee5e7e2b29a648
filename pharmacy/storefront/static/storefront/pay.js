// The card form of the payment provider: the card is typed into its frame and never reaches us.
"use strict";

const form = document.getElementById("payment");
const problem = document.getElementById("payment-problem");
const say = (text) => {
  problem.textContent = text;
  problem.hidden = !text;
};

if (form && window.Stripe) {
  const language = form.dataset.language.startsWith("zh") ? "zh" : "en";
  const stripe = window.Stripe(form.dataset.key, { locale: language });
  const elements = stripe.elements({ clientSecret: form.dataset.secret });
  elements.create("payment").mount("#payment-frame");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    say("");
    const { error } = await stripe.confirmPayment({
      elements,
      confirmParams: { return_url: form.dataset.return },
    });
    if (error) say(error.message);
    button.disabled = false;
  });
}
